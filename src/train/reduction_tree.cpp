#include "train/reduction_tree.hpp"

#include <cstdint>

namespace archipel::train {

ShardRange part_of(int parts, int replicas, int replica) {
  const auto first = [&](int r) { return int(std::int64_t{parts} * r / replicas); };
  return {first(replica), first(replica + 1)};
}

std::vector<TreeStep> tree_steps(int shards, int replicas, int replica) {
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

}   // namespace archipel::train
