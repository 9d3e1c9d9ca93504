#include "search/strategies/history.hpp"

#include "search/genome_print.hpp"
#include "search/portable_math.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace archipel {
void History::asked(std::int64_t number, const Genome& genome) {
  pending_[number] = genome;
  shut_.insert(print_of(genome));
}

void History::tell(Candidate candidate, Stream& draws) {
  if (const auto asked = pending_.begin(); asked != pending_.end()) {
    if (const auto shut = shut_.find(print_of(asked->second)); shut != shut_.end()) shut_.erase(shut);
    pending_.erase(asked);
  }
  observe(candidate);
  population_.insert(std::move(candidate), Replacement::worst, draws);
}

void History::meet_immigrants() {
  const auto& members = population_.members();   // in order of entry
  for (auto member = members.rbegin(); member != members.rend() && member->origin != latest_; ++member)
    observe(*member);
  if (!members.empty()) latest_ = members.back().origin;
}

void History::observe(const Candidate& candidate) {
  if (!prints_.insert(print_of(candidate.genome)).second) return;
  observed_.push_back(candidate);
  if (std::isnan(candidate.fitness)) observed_.back().fitness = -std::numeric_limits<double>::infinity();
  successes_ += std::isfinite(observed_.back().fitness);
  const auto index = std::uint32_t(observed_.size() - 1);
  const auto ahead = [&](std::uint32_t a, std::uint32_t b) { return better(observed_[a], observed_[b]); };
  ranking_.insert(std::ranges::upper_bound(ranking_, index, ahead), index);
}

bool History::knows(const Genome& genome) const {
  const auto print = print_of(genome);
  return prints_.contains(print) || shut_.contains(print);
}

std::vector<std::uint32_t> History::selection(std::size_t most) const {
  const auto count = observed_.size();
  std::vector<char> chosen(count, count <= most);
  if (count > most) {
    for (std::size_t i = 0; i < most / 2; ++i) chosen[ranking_[i]] = 1;
    for (std::size_t i = count - most / 4; i < count; ++i) chosen[i] = 1;
    std::vector<std::uint32_t> others;
    std::ranges::copy_if(ranking_, std::back_inserter(others), [&](std::uint32_t i) { return !chosen[i]; });
    const auto wanted = others.size() - (count - most);
    for (std::size_t i = 0; i < wanted; ++i) chosen[others[(2 * i + 1) * others.size() / (2 * wanted)]] = 1;
  }
  std::vector<std::uint32_t> indices;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (chosen[i]) indices.push_back(i);
  }
  return indices;
}

std::vector<double> shaped(std::span<const double> fitness) {
  std::vector<double> finite;
  std::ranges::copy_if(fitness, std::back_inserter(finite), [](double value) { return std::isfinite(value); });
  std::ranges::sort(finite);
  const double worst = finite.front(), best = finite.back();
  const auto below = std::size_t(std::ranges::lower_bound(finite, best) - finite.begin());   // the best
  const double median = below == 0 ? best : finite[std::min(finite.size() / 2, below - 1)], unit = best - median;
  const double count = double(fitness.size());
  std::vector<double> values;
  double sum = 0;
  for (const double each : fitness) {
    double t = unit > 0 && std::isfinite(unit) ? ((std::isfinite(each) ? each : worst) - median) / unit : 0;
    if (t < -1) t = -1 - natural_log(-std::max(t, -1e300));
    values.push_back(t);
    sum += t;
  }
  const double mean = sum / count;
  double squares = 0;
  for (double& value : values) {
    value -= mean;
    squares += value * value;
  }
  const double deviation = std::sqrt(squares / count);
  if (deviation > 0) {
    for (double& value : values) value /= deviation;
  }
  return values;
}

}   // namespace archipel
