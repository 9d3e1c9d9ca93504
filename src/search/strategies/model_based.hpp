#pragma once

#include "search/strategies/explore.hpp"

namespace archipel {

/// What strategies that learn a model of fitness have in common: `population` random genomes, then the best idea by the model. They never
/// ask a genome twice, unless a small space is used up, and learn from immigrants as from their own.
class ModelBased : public Strategy {
 public:
  ModelBased(const StrategySettings& settings, const Space& space)
      : space_(space), first_(settings.population), history_(std::size_t(settings.population)) {}

  Proposal ask(std::int64_t number, Stream& draws) override;
  void tell(Candidate candidate, Stream& draws) override { history_.tell(std::move(candidate), draws); }
  Population& population() override { return history_.population(); }

 protected:
  /// Genomes that the history does not know, best first. Called once for each ask, with at least two successes in the history.
  virtual std::vector<Idea> ideas(Stream& draws) = 0;

  const Space& space() const { return space_; }
  const History& history() const { return history_; }

 private:
  const Space& space_;
  std::int64_t first_;   // random asks
  History history_;
  std::vector<Idea> ideas_;   // of the last ask, the worst first: what else to propose if the best is not admitted
};

}   // namespace archipel
