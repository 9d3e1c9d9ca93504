#include "search/strategies/reinforce.hpp"

#include "search/variation.hpp"

#include <algorithm>
#include <cmath>

namespace archipel {
namespace {

constexpr int redraws = 8;
constexpr double most_advantage = 2, decay = 0.9;

}   // namespace

Reinforce::Reinforce(const StrategySettings& settings, const Space& space)
    : space_(space), population_(std::size_t(settings.population)) {}

Proposal Reinforce::ask(std::int64_t, Stream& draws) {
  if (!policy_) policy_.emplace(space_, Policy::Rates{}, draws);
  Proposal proposal{.genome = {}, .parents = {}, .op = Operator::sampled};
  for (int i = 0; i < redraws; ++i) {
    proposal.genome = space_.repaired(policy_->sample(draws), draws);
    if (seen_.add(proposal.genome)) return proposal;
  }
  for (int i = 0; i < redraws; ++i) {
    proposal.genome = mutated(space_, std::move(proposal.genome), 1, draws);
    if (seen_.add(proposal.genome)) break;
  }
  return proposal;
}

double Reinforce::advantage_of(double fitness) const {
  if (!std::isfinite(fitness)) return -most_advantage;
  if (variance_ <= 0) return 0;
  return std::clamp((fitness - mean_) / std::sqrt(variance_), -most_advantage, most_advantage);
}

void Reinforce::tell(Candidate candidate, Stream& draws) {
  policy_->reinforce(candidate.genome, advantage_of(candidate.fitness));
  if (std::isfinite(candidate.fitness)) {
    ++rewards_;
    const double share = std::max(1 - decay, 1 / double(rewards_)), distance = candidate.fitness - mean_;
    mean_ += share * distance;
    variance_ = (1 - share) * (variance_ + share * distance * distance);
  }
  population_.insert(std::move(candidate), Replacement::worst, draws);
}

void Reinforce::immigrate(const Candidate& candidate) {
  if (!policy_ || advantage_of(candidate.fitness) <= 0) return;
  policy_->reinforce(candidate.genome, advantage_of(candidate.fitness));
}

}   // namespace archipel
