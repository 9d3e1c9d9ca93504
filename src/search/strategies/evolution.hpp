#pragma once

#include "search/strategy.hpp"

namespace archipel {

/// A child of members of `population` (not empty): by the settings tournament, crossover and mutations. One that equals a member is
/// mutated again, up to 8 times: an evaluation of a known genome teaches nothing.
Proposal child_of(const Population& population, const StrategySettings& settings, const Space& space, Stream& draws);

/// Steady-state genetic algorithm (Whitley 1989, ICGA): `population` random genomes; from then on parents by tournament, with
/// probability `crossover` two of them crossed, always mutated; one of the population and the newcomer leaves, by `replace`.
class Evolution : public Strategy {
 public:
  Evolution(const StrategySettings& settings, const Space& space);
  Proposal ask(std::int64_t number, Stream& draws) override;
  void tell(Candidate candidate, Stream& draws) override;
  Population& population() override { return population_; }

 private:
  StrategySettings settings_;
  Replacement replace_;
  const Space& space_;
  Population population_;
};

/// Regularised evolution (Real et al. 2019, arXiv:1802.01548): `population` random genomes; from then on the best of `tournament`
/// members drawn at random, with one change; the oldest leaves. A change that the canonical form undoes is drawn again, up to 8 times.
class AgingEvolution : public Strategy {
 public:
  AgingEvolution(const StrategySettings& settings, const Space& space);
  Proposal ask(std::int64_t number, Stream& draws) override;
  void tell(Candidate candidate, Stream& draws) override;
  Population& population() override { return population_; }

 private:
  StrategySettings settings_;
  const Space& space_;
  Population population_;
};

}   // namespace archipel
