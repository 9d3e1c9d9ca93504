#include "search/strategies/race.hpp"

#include "search/best_probability.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace archipel {
namespace {

constexpr double failed = -std::numeric_limits<double>::infinity();

double mean_fitness(const Race::Runner* runner) { return mean_of(runner->fitness); }

}   // namespace

Race::Race(std::vector<Candidate> candidates, int replicates, double confidence)
    : replicates_(replicates), confidence_(confidence), population_(candidates.size()) {
  for (auto& candidate : candidates) {
    asks_.push_back({runners_.size(), 0});
    runners_.push_back({.given = std::move(candidate), .fitness = {}, .best = {}});
  }
}

Strategy::Wish Race::wish() const {
  if (asked_ < std::int64_t(asks_.size())) return Wish::ask;
  return told_ < asked_ ? Wish::wait : Wish::end;
}

Proposal Race::ask(std::int64_t number, Stream&) {
  asked_ = number + 1;
  const auto [runner, replicate] = asks_[std::size_t(number)];
  const auto& given = runners_[runner].given;
  return {.genome = given.genome, .parents = {given.origin, Origin{}}, .op = Operator::given, .replicate = replicate};
}

void Race::tell(Candidate candidate, Stream&) {
  auto& runner = runners_[asks_[std::size_t(told_++)].runner];
  runner.fitness.push_back(candidate.fitness);
  if (runner.fitness.size() == 1 || better(candidate, runner.best)) runner.best = std::move(candidate);
  if (told_ == std::int64_t(asks_.size()) && replicates_ > 1) plan_round();
}

void Race::plan_round() {
  std::vector<Runner*> running;
  for (auto& runner : runners_) {
    runner.probability = 0;
    if (mean_fitness(&runner) != failed) running.push_back(&runner);
  }
  if (running.size() < 2) return;
  std::ranges::stable_sort(running, std::greater(), mean_fitness);

  std::vector<std::vector<double>> measured;
  for (const auto* runner : running) measured.push_back(runner->fitness);
  const auto probabilities = probability_of_best(measured);
  for (std::size_t i = 0; i < running.size(); ++i) running[i]->probability = probabilities[i];
  const double most = std::ranges::max(probabilities), least = (1 - confidence_) / double(running.size());
  if (most == 0) {
    running.resize(std::max<std::size_t>(2, (running.size() + 1) / 2));
  } else if (most >= confidence_) {
    return;
  } else {
    std::erase_if(running, [&](const Runner* runner) { return runner->probability < least; });
  }
  for (const auto* runner : running) {
    const int next = int(runner->fitness.size());
    if (next < replicates_) asks_.push_back({std::size_t(runner - runners_.data()), next});
  }
}

std::vector<Candidate> Race::ranking() const {
  std::vector<Candidate> ranking;
  for (const auto& runner : runners_) {
    const double mean = mean_fitness(&runner);
    if (mean == failed) continue;
    ranking.push_back(runner.best);
    ranking.back().fitness = mean;
  }
  std::ranges::sort(ranking, better);
  return ranking;
}

}   // namespace archipel
