#pragma once

#include "search/strategy.hpp"

namespace archipel {

/// Several objectives: a steady-state NSGA (Durillo et al. 2009, EMO): `population` random genomes; from then on parents by tournament, with probability
/// `crossover` two of them crossed, always mutated; whoever ranks last leaves. Members rank by front, then
/// - nsga2: by crowding distance (Deb et al. 2002, IEEE Trans. Evolutionary Computation 6)
/// - nsga3: by their place in the niche of the nearest of evenly spread directions (Deb & Jain 2014, IEEE Trans. Evolutionary
///   Computation 18), between the best of each objective and the worst in the first front; for three objectives and more.
class Nsga : public Strategy {
 public:
  Nsga(const StrategySettings& settings, const Space& space);
  Proposal ask(std::int64_t number, Stream& draws) override;
  void tell(Candidate candidate, Stream& draws) override;
  Population& population() override { return population_; }

 private:
  StrategySettings settings_;
  const Space& space_;
  Population population_;
};

}   // namespace archipel
