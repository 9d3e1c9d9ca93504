#pragma once

#include "search/seen.hpp"
#include "search/strategies/policy.hpp"
#include "search/strategy.hpp"

#include <optional>

namespace archipel {

/// REINFORCE (Williams 1992, Machine Learning 8) with a recurrent policy, a baseline and an entropy bonus, as in Zoph & Le 2017
/// (arXiv:1611.01578). Baseline and scale of the rewards are moving averages; rewards beyond two scales count as two, failures as minus
/// two. A step for each result told, at the policy of that moment. Of a cell, what counts as chosen is the repaired and canonical graph.
/// Immigrants better than the baseline count as samples (self-imitation: Oh et al. 2018, arXiv:1806.05635). A genome that was asked before
/// is drawn again, then changed: its evaluation would teach nothing.
class Reinforce : public Strategy {
 public:
  Reinforce(const StrategySettings& settings, const Space& space);
  Proposal ask(std::int64_t number, Stream& draws) override;
  void tell(Candidate candidate, Stream& draws) override;
  void immigrate(const Candidate& candidate) override;
  Population& population() override { return population_; }

 private:
  double advantage_of(double fitness) const;

  const Space& space_;
  Population population_;
  std::optional<Policy> policy_;   // from the first ask on
  std::int64_t rewards_ = 0;
  double mean_ = 0, variance_ = 0;
  Seen seen_;
};

}   // namespace archipel
