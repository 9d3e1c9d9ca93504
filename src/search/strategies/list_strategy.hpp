#pragma once

#include "search/strategy.hpp"

#include <vector>

namespace archipel {

/// Given candidates (valid genomes), in order: for stages that evaluate what an earlier one found. Asks beyond the last begin
/// again with the first.
class ListStrategy : public Strategy {
 public:
  /// At least one candidate. Their origins, rows of the stage before, stand as the first parents of the rows.
  explicit ListStrategy(std::vector<Candidate> candidates)
      : candidates_(std::move(candidates)), population_(candidates_.size()) {}

  Proposal ask(std::int64_t number, Stream&) override {
    const auto& candidate = candidates_[std::size_t(number) % candidates_.size()];
    return {.genome = candidate.genome, .parents = {candidate.origin, Origin{}}, .op = Operator::given};
  }
  void tell(Candidate candidate, Stream& draws) override {
    population_.insert(std::move(candidate), Replacement::worst, draws);
  }
  Population& population() override { return population_; }

 private:
  std::vector<Candidate> candidates_;
  Population population_;
};

}   // namespace archipel
