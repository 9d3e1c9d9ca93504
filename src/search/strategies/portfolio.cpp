#include "search/strategies/portfolio.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace archipel {
namespace {

constexpr int retries = 8;
constexpr double learning = 0.1, least_share = 0.1;

}   // namespace

Portfolio::Portfolio(const StrategySettings& settings, const Space& space)
    : population_(std::size_t(settings.population)), best_(-std::numeric_limits<double>::infinity()) {
  for (const auto& kind : settings.members) {
    auto own = settings;
    own.kind = kind;
    own.members.clear();
    members_.push_back({.strategy = make_strategy(own, space)});
  }
}

std::size_t Portfolio::chosen(Stream& draws) const {
  double sum = 0;
  for (const auto& member : members_) sum += member.success;
  const double even = 1 / double(members_.size());
  double rest = draws.unit();
  for (std::size_t i = 0; i + 1 < members_.size(); ++i) {
    const double share = sum > 0 ? members_[i].success / sum : even;
    rest -= least_share * even + (1 - least_share) * share;
    if (rest < 0) return i;
  }
  return members_.size() - 1;
}

Proposal Portfolio::ask(std::int64_t number, Stream& draws) {
  if (in_flight_.empty() || in_flight_.back().number != number) {   // otherwise again: the genome was not admitted
    in_flight_.push_back({number, chosen(draws)});
    ++members_[in_flight_.back().member].asked;
  }
  auto& member = members_[in_flight_.back().member];
  auto proposal = member.strategy->ask(member.asked - 1, draws);
  for (int i = 0; i < retries && !seen_.add(proposal.genome); ++i)
    proposal = member.strategy->ask(member.asked - 1, draws);
  return proposal;
}

void Portfolio::tell(Candidate candidate, Stream& draws) {
  const auto owner = in_flight_.front().member;
  in_flight_.pop_front();
  auto& success = members_[owner].success;
  success += learning * ((candidate.fitness > best_ ? 1 : 0) - success);
  best_ = std::max(best_, candidate.fitness);
  members_[owner].strategy->tell(candidate, draws);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (i != owner && std::isfinite(candidate.fitness)) hand(members_[i], candidate);
  }
  population_.insert(std::move(candidate), Replacement::worst, draws);
}

void Portfolio::hand(Member& member, const Candidate& candidate) {
  auto& population = member.strategy->population();
  if (population.contains(candidate.genome)) return;
  member.strategy->immigrate(candidate);
  Stream none(0, Purpose::immigrate, 0, 0, 0);   // the worst leaves: nothing is drawn
  population.insert(candidate, Replacement::worst, none);
}

void Portfolio::immigrate(const Candidate& candidate) {
  seen_.add(candidate.genome);
  best_ = std::max(best_, candidate.fitness);
  for (auto& member : members_) hand(member, candidate);
}

}   // namespace archipel
