#include "stages/best_replicas.hpp"

#include <algorithm>
#include <vector>

namespace archipel::stages {
namespace {

/// When the last team is ready, if each candidate goes to the team that is free first.
double makespan(std::span<const std::uint64_t> costs, int teams) {
  std::vector<double> free(std::size_t(teams), 0.0);
  for (const auto cost : costs) *std::ranges::min_element(free) += double(cost);
  return std::ranges::max(free);
}

/// Every rank must come to the same: no function of the mathematical library.
double cost_of_messages(int replicas) {
  double factor = 1;
  for (int size = 1; size < replicas; size *= 2) factor *= 1.05;
  return factor;
}

}   // namespace

int best_replicas(std::span<const std::uint64_t> costs, int ranks, int least, int shards) {
  int best = least;
  double soonest = 0;
  for (int replicas = least; replicas <= std::min(ranks, std::max(least, shards)); replicas += least) {
    if (ranks % replicas != 0) continue;
    const double share = double((shards + replicas - 1) / replicas) / shards, messages = cost_of_messages(replicas);
    const double time = makespan(costs, ranks / replicas) * share * messages;
    if (replicas > least && time >= soonest) continue;
    best = replicas;
    soonest = time;
  }
  return best;
}

}   // namespace archipel::stages
