#include "train/reduction_tree.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <stdexcept>

namespace archipel::train {
namespace {

/// To the replica of the lower shard, and back from replica 0.
std::vector<TreeStep> up_and_down(int shards, int replicas, int replica) {
  const auto owner_of = [&](int shard) { return int(((std::int64_t{shard} + 1) * replicas - 1) / shards); };
  std::vector<TreeStep> steps;
  for (int distance = 1; distance < shards; distance *= 2) {
    for (int target = 0; target + distance < shards; target += 2 * distance) {
      const int source = target + distance, to = owner_of(target), from = owner_of(source);
      if (from == replica && to != replica) steps.push_back({TreeStep::send, source, to});
      if (to != replica) continue;
      if (from != replica) steps.push_back({TreeStep::receive, source, from});
      steps.push_back({TreeStep::add, target, source});
    }
  }
  int highest = 1;   // power of two; the replica that has the sum sends it to the upper half of its part
  while (highest < replicas) highest *= 2;
  for (int distance = highest / 2; distance >= 1; distance /= 2) {
    if (replica % (2 * distance) == 0 && replica + distance < replicas)
      steps.push_back({TreeStep::send, 0, replica + distance});
    if (replica % (2 * distance) == distance) steps.push_back({TreeStep::receive, 0, replica - distance});
  }
  return steps;
}

/// `replicas` is a power of two.
std::vector<TreeStep> exchanges(int shards, int replicas, int replica) {
  const int own = shards / replicas, first = own * replica;
  std::vector<TreeStep> steps;
  for (int distance = 1; distance < own; distance *= 2)
    for (int target = first; target < first + own; target += 2 * distance)
      steps.push_back({TreeStep::add, target, target + distance});
  for (int distance = own; distance < shards; distance *= 2) {
    const int low = first / (2 * distance) * 2 * distance, high = low + distance, other = replica ^ (distance / own);
    const bool is_low = first < high;
    steps.push_back({TreeStep::send, is_low ? low : high, other});
    steps.push_back({TreeStep::receive, is_low ? high : low, other});
    steps.push_back({TreeStep::add, low, high});
  }
  return steps;
}

}   // namespace

ShardRange part_of(int parts, int replicas, int replica) {
  const auto first = [&](int r) { return int(std::int64_t{parts} * r / replicas); };
  return {first(replica), first(replica + 1)};
}

std::vector<TreeStep> tree_steps(int shards, int replicas, int replica) {
  if (replicas > shards) throw std::invalid_argument("a replica without a shard");
  const bool halves = std::has_single_bit(unsigned(replicas));
  return halves ? exchanges(shards, replicas, replica) : up_and_down(shards, replicas, replica);
}

std::vector<std::vector<TreeStep>> tree_rounds(int shards, int replicas, int replica) {
  if (replicas > shards) throw std::invalid_argument("a replica without a shard");
  const auto steps = up_and_down(shards, replicas, replica);
  // Between shards; negative between replicas, on the way of the whole to all.
  const auto distance = [&](const TreeStep& step) {
    if (step.kind == TreeStep::add) return step.other - step.shard;
    return step.shard > 0 ? step.shard & -step.shard : -std::abs(step.other - replica);
  };
  std::vector<std::vector<TreeStep>> rounds;
  for (auto first = steps.begin(); first != steps.end();) {
    const auto last =
        std::find_if(first, steps.end(), [&](const TreeStep& step) { return distance(step) != distance(*first); });
    for (const bool additions : {false, true}) {
      std::vector<TreeStep> round;
      std::copy_if(first, last, std::back_inserter(round),
                   [&](const TreeStep& step) { return (step.kind == TreeStep::add) == additions; });
      if (!round.empty()) rounds.push_back(std::move(round));
    }
    first = last;
  }
  return rounds;
}

}   // namespace archipel::train
