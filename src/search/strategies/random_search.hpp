#pragma once

#include "search/strategy.hpp"

namespace archipel {

/// Independent draws from the space: the control of every comparison (Bergstra & Bengio 2012, JMLR 13; Li & Talwalkar 2019,
/// arXiv:1902.07638). Keeps its best for migration, which changes nothing it asks.
class RandomSearch : public Strategy {
 public:
  RandomSearch(const StrategySettings& settings, const Space& space);
  Proposal ask(std::int64_t number, Stream& draws) override;
  void tell(Candidate candidate, Stream& draws) override;
  Population& population() override { return population_; }

 private:
  const Space& space_;
  Population population_;
};

}   // namespace archipel
