#include "search/strategies/gaussian_process.hpp"

#include "search/portable_normal.hpp"
#include "search/strategies/likelihood.hpp"

#include <algorithm>
#include <iterator>

namespace archipel {
namespace {

constexpr std::size_t most_points = 160, most_added = 32, most_pending = 32;
constexpr int first_steps = 40, steps = 15;   // of a fit

}   // namespace

GaussianProcess::GaussianProcess(const StrategySettings& settings, const Space& space)
    : ModelBased(settings, space), encoder_(space), posterior_(encoder_, most_points + most_added + most_pending) {}

std::vector<Idea> GaussianProcess::ideas(Stream& draws) {
  learn();
  return explore(
      space(), history(), [this](auto genomes) { return improvements(genomes); }, Effort{}, draws);
}

void GaussianProcess::learn() {
  const auto& observed = history().observed();
  const auto count = observed.size();
  posterior_.shrink(known_.size());   // without what was pending
  if (count >= next_fit_) {
    auto chosen = history().selection(most_points);
    std::vector<Features> features;
    std::vector<double> fitness;
    for (const auto i : chosen) {
      features.push_back(encoder_.encode(observed[i].genome));
      fitness.push_back(observed[i].fitness);
    }
    const auto& kernel = posterior_.kernel();
    posterior_.restart(
        fitted(encoder_, features, shaped(fitness), kernel, kernel.weights.empty() ? first_steps : steps));
    condition(std::move(chosen));
    next_fit_ = count + std::max<std::size_t>(2, count / 4);
  } else if (known_.size() + (count - seen_) > most_points + most_added) {
    posterior_.restart(posterior_.kernel());
    condition(history().selection(most_points));
  } else {
    for (; seen_ < count; ++seen_) {
      posterior_.add(encoder_.encode(observed[seen_].genome));
      known_.push_back(std::uint32_t(seen_));
    }
  }
  seen_ = count;

  std::vector<double> fitness;
  for (const auto i : known_) fitness.push_back(observed[i].fitness);
  const auto targets = shaped(fitness);
  best_ = std::ranges::max(targets);
  posterior_.learn(targets);
  const auto& pending = history().pending();
  auto from = pending.begin();
  if (pending.size() > most_pending) std::advance(from, pending.size() - most_pending);
  for (; from != pending.end(); ++from) posterior_.add(encoder_.encode(from->second));
}

void GaussianProcess::condition(std::vector<std::uint32_t> chosen) {
  known_ = std::move(chosen);
  for (const auto i : known_) posterior_.add(encoder_.encode(history().observed()[i].genome));
}

std::vector<double> GaussianProcess::improvements(std::span<const Genome> genomes) const {
  std::vector<Features> features;
  for (const auto& genome : genomes) features.push_back(encoder_.encode(genome));
  std::vector<double> values(genomes.size()), deviations(genomes.size());
  posterior_.predict(features, values, deviations);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = deviations[i] * expected_improvement((values[i] - best_) / deviations[i]);
  return values;
}

}   // namespace archipel
