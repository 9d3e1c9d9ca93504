#pragma once

#include "search/population.hpp"
#include "search/row.hpp"

#include <memory>

namespace archipel {

struct Proposal {
  Genome genome;   // valid and canonical
  std::array<Origin, 2> parents;
  Operator op = Operator::random;
  int replicate = 0;   // 1, 2, ...: the genome again, with other random numbers
};

/// Port. Proposes genomes and learns from their fitness. An island calls `ask` for number = 0, 1, ... and before ask n has told
/// exactly the results of asks <= n - window, in order. `ask` is called again for the same number while the evaluator does not admit
/// the genome, then the last proposal counts. The calls come in this order on every team and after a resume, so both may change the
/// strategy's state. All chance comes from `draws`.
struct Strategy {
  enum class Wish { ask, wait, end };

  /// Whether to go on asking as far as window and budget allow, or to be told of a result first, or never again. Changed by ask and
  /// tell alone.
  virtual Wish wish() const { return Wish::ask; }
  virtual Proposal ask(std::int64_t number, Stream& draws) = 0;
  virtual void tell(Candidate candidate, Stream& draws) = 0;
  /// A candidate has come from another island, that is not in the population; after this call it is put there. Between asks, at the
  /// boundaries of the island.
  virtual void immigrate(const Candidate&) {}
  /// What migration takes from and puts into.
  virtual Population& population() = 0;
  virtual ~Strategy() = default;
};

/// The strategy that the settings name, over `space` (which must outlive it).
std::unique_ptr<Strategy> make_strategy(const StrategySettings& settings, const Space& space);

/// The window in force: the setting, or its default by kind of strategy.
std::int64_t window_of(const StrategySettings& settings);

}   // namespace archipel
