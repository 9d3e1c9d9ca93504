#include "search/table_keys.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace archipel {
namespace {

constexpr std::size_t most_states = 1'000'000;
constexpr double none = -1;   // no value was added

/// A genome that is known up to a gene: of the others it is only known which of those with a condition on an earlier one are active.
struct Prefix {
  std::size_t gene = 0;   // the next one
  std::string flags;      // '1' for active, of the genes that `Reader::pending` lists there
  auto operator<=>(const Prefix&) const = default;
};

/// Two genomes whose keys agree as far as they are known.
struct State {
  Prefix a, b;
  std::string ahead;   // what the key of one has more than that of the other
  bool a_leads = false;
  bool differ = false;   // else a and b are the same
  auto operator<=>(const State&) const = default;
};

struct Visit {
  State state;
  std::size_t before;   // index of the visit it came from
  double a, b;          // values added
};

class KeyReader {
 public:
  explicit KeyReader(const Space& space) : space_(space), pending_(space.size() + 1) {
    for (std::size_t gene = 0; gene < space.size(); ++gene) {
      const auto& when = space.genes()[gene].when;
      for (std::size_t at = when ? when->gene + 1 : gene + 1; at <= gene; ++at) pending_[at].push_back(gene);
    }
  }

  std::optional<SharedKey> find() {
    reach({}, 0, none, none);
    for (std::size_t i = 0; i < visits_.size(); ++i) {
      const State state = visits_[i].state;
      if (state.differ && state.a.gene == space_.size() && state.b.gene == space_.size() && state.ahead.empty())
        return told(i);
      if (state.differ) follow(state, i);
      else diverge(state, i);
      if (visits_.size() > most_states)
        throw InputError(
            "evaluator.table.key: whether two genomes have one key (the choices of all genes, joined) cannot be "
            "decided, for so many genes depend on others: give each gene a column of the table, and name them all in "
            "evaluator.table.key");
    }
    return {};
  }

 private:
  bool active(const Prefix& prefix) const { return !space_.genes()[prefix.gene].when || prefix.flags[0] == '1'; }

  std::size_t choices(const Prefix& prefix) const {
    return active(prefix) ? space_.genes()[prefix.gene].choices.size() : 1;
  }

  Prefix with(const Prefix& prefix, double value) const {
    Prefix next{.gene = prefix.gene + 1, .flags = {}};
    for (const auto gene : pending_[next.gene]) {
      const auto& when = *space_.genes()[gene].when;
      if (when.gene == prefix.gene) {
        const bool met = active(prefix) && std::ranges::find(when.values, value) != when.values.end();
        next.flags += met ? '1' : '0';
      } else {
        const auto& known = pending_[prefix.gene];
        next.flags += prefix.flags[std::size_t(std::ranges::find(known, gene) - known.begin())];
      }
    }
    return next;
  }

  void reach(State state, std::size_t before, double a, double b) {
    if (seen_.insert({state, visits_.size()}).second) visits_.push_back({std::move(state), before, a, b});
  }

  /// Both genomes are the same so far, and get the same choice or two of which one begins with the other.
  void diverge(const State& state, std::size_t index) {
    if (state.a.gene == space_.size()) return;
    const auto& texts = space_.genes()[state.a.gene].choices;
    const auto count = choices(state.a);
    std::map<std::string, double> values;
    for (std::size_t value = 0; value < count; ++value) values.emplace(texts[value], double(value));
    for (const auto& [text, value] : values) {
      const Prefix next = with(state.a, value);
      reach({.a = next, .b = next}, index, value, value);
      for (std::size_t length = 0; length < text.size(); ++length) {
        const auto shorter = values.find(text.substr(0, length));
        if (shorter == values.end()) continue;
        reach({.a = with(state.a, shorter->second), .b = next, .ahead = text.substr(length), .differ = true}, index,
              shorter->second, value);
      }
    }
  }

  /// The genome that is behind gets its next choice.
  void follow(const State& state, std::size_t index) {
    const bool a_moves = state.ahead.empty() ? state.a.gene <= state.b.gene : !state.a_leads;
    const Prefix& behind = a_moves ? state.a : state.b;
    if (behind.gene == space_.size()) return;
    const auto& texts = space_.genes()[behind.gene].choices;
    for (std::size_t value = 0; value < choices(behind); ++value) {
      const auto& text = texts[value];
      State next = state;
      if (state.ahead.starts_with(text)) next.ahead = state.ahead.substr(text.size());
      else if (text.starts_with(state.ahead)) next.ahead = text.substr(state.ahead.size()), next.a_leads = a_moves;
      else continue;
      if (next.ahead.empty()) next.a_leads = false;
      (a_moves ? next.a : next.b) = with(behind, double(value));
      reach(std::move(next), index, a_moves ? double(value) : none, a_moves ? none : double(value));
    }
  }

  SharedKey told(std::size_t index) const {
    SharedKey shared;
    for (; index > 0; index = visits_[index].before) {
      if (visits_[index].a != none) shared.a.push_back(visits_[index].a);
      if (visits_[index].b != none) shared.b.push_back(visits_[index].b);
    }
    std::ranges::reverse(shared.a);
    std::ranges::reverse(shared.b);
    for (std::size_t gene = 0; gene < space_.size(); ++gene)
      shared.key += value_text(space_.genes()[gene], shared.a[gene]);
    return shared;
  }

  const Space& space_;
  std::vector<std::vector<std::size_t>> pending_;   // [gene]: it and later ones whose condition is on an earlier one
  std::map<State, std::size_t> seen_;
  std::vector<Visit> visits_;
};

}   // namespace

std::string value_text(const Gene& gene, double value) {
  return gene.choices.empty() ? std::to_string(std::int64_t(value)) : gene.choices[std::size_t(value)];
}

std::string named_choices(const Space& space, const Genome& genome, std::span<const std::size_t> genes) {
  std::string text;
  for (const auto gene : genes)
    text +=
        (text.empty() ? "" : ", ") + space.genes()[gene].name + " = " + value_text(space.genes()[gene], genome[gene]);
  return text;
}

std::optional<SharedKey> shared_key(const Space& space) { return KeyReader(space).find(); }

void require_unique_keys(const Space& space, const std::string& column) {
  const auto shared = shared_key(space);
  if (!shared) return;
  std::vector<std::size_t> genes;
  for (std::size_t gene = 0; gene < space.size(); ++gene)
    if (shared->a[gene] != shared->b[gene]) genes.push_back(gene);
  std::string names;
  for (const auto& gene : space.genes()) names += (names.empty() ? "\"" : ", \"") + gene.name + "\"";
  throw InputError("evaluator.table.key = \"" + column + "\": two genomes have one key '" + shared->key +
                   "' (the choices of all genes, joined): " + named_choices(space, shared->a, genes) + ", and " +
                   named_choices(space, shared->b, genes) + "; give each gene a column of the table, key = [" + names +
                   "], or choices that do not begin with one another");
}

}   // namespace archipel
