#include "search/table_evaluator.hpp"

#include "base/error.hpp"
#include "search/gene.hpp"

#include <algorithm>
#include <array>

namespace archipel {

TableEvaluator::TableEvaluator(const TableSettings& settings, const Table& table, const Space& space)
    : table_(table),
      space_(space),
      objectives_{{.name = settings.objective, .unit = "", .maximise = settings.maximise}},
      reported_(settings.reported) {
  if (space.cell()) throw InputError("space.kind = \"cell\": the table evaluator needs \"genes\"");
  for (const auto& gene : space.genes()) {
    if (!integral(gene.kind))
      throw InputError("gene " + gene.name + ": the table evaluator needs genes of choices or integers");
  }
}

std::size_t TableEvaluator::find(const Genome& genome) const {
  std::string key;
  for (std::size_t i = 0; i < genome.size(); ++i) {
    const auto& choices = space_.genes()[i].choices;
    key += choices.empty() ? std::to_string(std::int64_t(genome[i])) : choices[std::size_t(genome[i])];
  }
  const auto found = std::lower_bound(table_.keys.begin(), table_.keys.end(), key);
  if (found == table_.keys.end() || *found != key) {
    throw InputError(table_.name + ": no row for key '" + key + "' (the choices of all genes, joined)");
  }
  return std::size_t(found - table_.keys.begin());
}

std::uint64_t TableEvaluator::cost(const Genome& genome) const { return table_.costs[find(genome)]; }

Digest TableEvaluator::key(const Genome& genome, int) const {
  const std::array parts = {digest_of(std::as_bytes(std::span(genome))), table_.digest};
  return digest_of(std::as_bytes(std::span(parts)));
}

Evaluation TableEvaluator::evaluate(const Genome& genome, const Digest&) {
  const auto row = find(genome), width = reported_.size();
  Evaluation result;
  result.objectives.assign(1, table_.objectives[row]);
  const auto begin = table_.reported.begin() + std::ptrdiff_t(row * width);
  result.reported.assign(begin, begin + std::ptrdiff_t(width));
  return result;
}

}   // namespace archipel
