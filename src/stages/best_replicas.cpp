#include "stages/best_replicas.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace archipel::stages {
namespace {

/// When the last team is ready, if each candidate goes to the team that is free first.
double makespan(std::span<const std::uint64_t> costs, int teams) {
  std::vector<double> free(std::size_t(teams), 0.0);
  for (const auto cost : costs) *std::ranges::min_element(free) += double(cost);
  return std::ranges::max(free);
}

}   // namespace

int best_replicas(std::span<const std::uint64_t> costs, int ranks, int least, int shards) {
  int best = least;
  double soonest = 0;
  for (int replicas = least; replicas <= std::min(ranks, std::max(least, shards)); replicas += least) {
    if (ranks % replicas != 0) continue;
    const double share = double((shards + replicas - 1) / replicas) / shards,
                 messages = std::pow(1.05, std::log2(replicas));
    const double time = makespan(costs, ranks / replicas) * share * messages;
    if (replicas > least && time >= soonest) continue;
    best = replicas;
    soonest = time;
  }
  return best;
}

}   // namespace archipel::stages
