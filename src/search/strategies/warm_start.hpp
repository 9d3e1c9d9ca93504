#pragma once

#include "search/strategy.hpp"

#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace archipel {

/// Another strategy that begins with candidates from elsewhere: they are evaluated first and enter its population as migrants do;
/// then it asks as if it began with them there.
class WarmStart : public Strategy {
 public:
  /// `given`: valid genomes.
  WarmStart(std::vector<Genome> given, std::unique_ptr<Strategy> strategy)
      : given_(std::move(given)), strategy_(std::move(strategy)) {}

  Proposal ask(std::int64_t number, Stream& draws) override {
    const auto first = std::int64_t(given_.size());
    if (number < first) return {.genome = given_[std::size_t(number)], .parents = {}, .op = Operator::given};
    return strategy_->ask(number - first, draws);
  }
  void tell(Candidate candidate, Stream& draws) override {
    if (told_++ >= std::int64_t(given_.size())) return strategy_->tell(std::move(candidate), draws);
    auto& population = strategy_->population();
    const bool failed = candidate.fitness == -std::numeric_limits<double>::infinity();
    if (failed || population.contains(candidate.genome)) return;
    strategy_->immigrate(candidate);
    population.insert(std::move(candidate), Replacement::worst, draws);
  }
  void immigrate(const Candidate& candidate) override { strategy_->immigrate(candidate); }
  Population& population() override { return strategy_->population(); }

 private:
  std::vector<Genome> given_;
  std::unique_ptr<Strategy> strategy_;
  std::int64_t told_ = 0;
};

}   // namespace archipel
