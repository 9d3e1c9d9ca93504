#include "search/table_evaluator.hpp"

#include "base/error.hpp"
#include "search/gene.hpp"
#include "search/table_keys.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace archipel {
namespace {

std::vector<Objective> objectives_of(const TableSettings& settings) {
  const auto& maximise = settings.maximise.values;
  std::vector<Objective> objectives;
  for (const auto& name : settings.objective.values)
    objectives.push_back(
        {.name = name, .unit = "", .maximise = maximise.size() == 1 ? maximise[0] : maximise[objectives.size()]});
  return objectives;
}

std::vector<std::size_t> order_of_genes(const TableSettings& settings, const Space& space, bool joined) {
  std::vector<std::size_t> order(space.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (joined) return order;
  order.clear();
  for (const auto& name : settings.key.values) {
    const auto gene = space.find(name);
    if (!gene) throw InputError("evaluator.table.key: '" + name + "' is no gene");
    order.push_back(*gene);
  }
  return order;
}

}   // namespace

TableEvaluator::TableEvaluator(const TableSettings& settings, const Table& table, const Space& space)
    : table_(table),
      space_(space),
      joined_(settings.key.values.size() < 2),
      objectives_(objectives_of(settings)),
      reported_(settings.reported) {
  if (space.cell()) throw InputError("space.kind = \"cell\": the table evaluator needs \"genes\"");
  for (const auto& gene : space.genes()) {
    if (!integral(gene.kind))
      throw InputError("gene " + gene.name + ": the table evaluator needs genes of choices or integers");
  }
  order_ = order_of_genes(settings, space, joined_);
}

std::size_t TableEvaluator::find(const Genome& genome) const {
  std::string key;
  for (const auto gene : order_) {
    if (!joined_ && gene != order_.front()) key += between_key_columns;
    key += value_text(space_.genes()[gene], genome[gene]);
  }
  const auto found = std::lower_bound(table_.keys.begin(), table_.keys.end(), key);
  if (found != table_.keys.end() && *found == key) return std::size_t(found - table_.keys.begin());
  if (joined_) throw InputError(table_.name + ": no row for key '" + key + "' (the choices of all genes, joined)");
  throw InputError(table_.name + ": no row for " + named_choices(space_, genome, order_));
}

std::uint64_t TableEvaluator::cost(const Genome& genome) const { return table_.costs[find(genome)]; }

Digest TableEvaluator::key(const Genome& genome, int) const {
  const std::array parts = {digest_of(std::as_bytes(std::span(genome))), table_.digest};
  return digest_of(std::as_bytes(std::span(parts)));
}

Evaluation TableEvaluator::evaluate(const Genome& genome, const Digest&) {
  const auto row = find(genome);
  const auto columns = [row](const std::vector<double>& values, std::size_t width) {
    const auto begin = values.begin() + std::ptrdiff_t(row * width);
    return std::vector<double>(begin, begin + std::ptrdiff_t(width));
  };
  Evaluation result;
  if (!table_.failed.empty() && table_.failed[row]) result.outcome = Outcome::diverged;
  result.objectives = columns(table_.objectives, objectives_.size());
  result.reported = columns(table_.reported, reported_.size());
  return result;
}

}   // namespace archipel
