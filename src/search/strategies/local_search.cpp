#include "search/strategies/local_search.hpp"

#include "search/variation.hpp"

#include <algorithm>
#include <cmath>

namespace archipel {
namespace {

constexpr int most_sideways = 16, start_attempts = 16, kick = 2;

}   // namespace

LocalSearch::LocalSearch(const StrategySettings& settings, const Space& space)
    : space_(space), population_(std::size_t(settings.population)) {}

Proposal LocalSearch::ask(std::int64_t number, Stream& draws) {
  if (!in_flight_.empty() && in_flight_.back().number == number) in_flight_.pop_back();   // it was not admitted
  while (incumbent_) {
    if (auto genome = next_neighbour(draws)) {
      in_flight_.push_back({number, false});
      return {.genome = std::move(*genome), .parents = {incumbent_->origin, Origin{}}, .op = Operator::mutation};
    }
    if (!plateau_.empty() && sideways_ < most_sideways) {
      const int steps = sideways_ + 1;
      auto rest = std::move(plateau_);
      auto next = std::move(rest.front());
      rest.pop_front();
      climb_from(std::move(next));
      plateau_ = std::move(rest);
      sideways_ = steps;
      continue;
    }
    starting_ = true;
    if (!settled() || !best_start_) break;
    climb_from(std::move(*best_start_));
  }
  if (starting_ && settled()) incumbent_.reset();
  in_flight_.push_back({number, true});
  return start(draws);
}

std::optional<Genome> LocalSearch::next_neighbour(Stream& draws) {
  if (!enumerated_) changes_ = neighbourhood(space_, incumbent_->genome, draws);
  enumerated_ = true;
  while (!changes_.empty()) {
    auto genome = changed(space_, incumbent_->genome, changes_.back(), draws);
    changes_.pop_back();
    if (seen_.add(genome)) return genome;
  }
  return {};
}

Proposal LocalSearch::start(Stream& draws) {
  Proposal proposal{.genome = {}, .parents = {}, .op = Operator::random};
  const bool kicked = immigrant_ && immigrant_is_next_;
  immigrant_is_next_ = !immigrant_is_next_;
  if (kicked) proposal.parents[0] = immigrant_->origin, proposal.op = Operator::mutation;
  for (int i = 0; i < start_attempts; ++i) {
    proposal.genome = kicked ? mutated(space_, immigrant_->genome, kick, draws) : space_.random(draws);
    if (seen_.add(proposal.genome)) break;
  }
  if (kicked) immigrant_.reset();
  return proposal;
}

bool LocalSearch::settled() const { return std::ranges::all_of(in_flight_, &Asked::is_start); }

void LocalSearch::climb_from(Candidate candidate) {
  incumbent_ = std::move(candidate);
  best_start_.reset();
  enumerated_ = starting_ = false;
  plateau_.clear();
  sideways_ = 0;
}

void LocalSearch::tell(Candidate candidate, Stream& draws) {
  const bool is_start = in_flight_.empty() || in_flight_.front().is_start;
  if (!in_flight_.empty()) in_flight_.pop_front();
  if (std::isfinite(candidate.fitness)) {
    best_known_ = std::max(best_known_, candidate.fitness);
    if (starting_ && is_start) {
      if (!best_start_ || better(candidate, *best_start_)) best_start_ = candidate;
      if (!incumbent_) climb_from(std::move(*best_start_));
    } else if (!incumbent_ || candidate.fitness > incumbent_->fitness) {
      climb_from(candidate);
    } else if (candidate.fitness == incumbent_->fitness && plateau_.size() < most_sideways) {
      plateau_.push_back(candidate);
    }
  }
  population_.insert(std::move(candidate), Replacement::worst, draws);
}

void LocalSearch::immigrate(const Candidate& candidate) {
  seen_.add(candidate.genome);
  if (candidate.fitness > best_known_) {
    best_known_ = candidate.fitness;
    return climb_from(candidate);
  }
  if (!immigrant_ || better(candidate, *immigrant_)) immigrant_ = candidate;
}

}   // namespace archipel
