#pragma once

#include "search/strategy.hpp"

#include <memory>
#include <tuple>
#include <utility>
#include <vector>

namespace archipel {

/// A control: the same strategy, told of each candidate the scores of another one, drawn from those so far. What it still
/// finds, it finds without knowing what is good.
class Shuffled : public Strategy {
 public:
  explicit Shuffled(std::unique_ptr<Strategy> strategy) : strategy_(std::move(strategy)) {}
  Proposal ask(std::int64_t number, Stream& draws) override { return strategy_->ask(number, draws); }
  void tell(Candidate candidate, Stream& draws) override {
    scores_.emplace_back(candidate.fitness, candidate.objectives);
    std::tie(candidate.fitness, candidate.objectives) = scores_[draws.below(std::uint32_t(scores_.size()))];
    strategy_->tell(std::move(candidate), draws);
  }
  void immigrate(const Candidate& candidate) override { strategy_->immigrate(candidate); }
  Population& population() override { return strategy_->population(); }

 private:
  std::unique_ptr<Strategy> strategy_;
  std::vector<std::pair<double, std::vector<double>>> scores_;
};

}   // namespace archipel
