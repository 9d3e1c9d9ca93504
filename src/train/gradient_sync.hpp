#pragma once

#include <span>
#include <vector>

namespace archipel::train {

struct ShardRange {
  int begin = 0, end = 0;
};

/// Adds `shards` (a power of two, equal sizes) along a fixed binary tree by shard index: (0 + 1) + (2 + 3). The sum is in shards[0],
/// the others hold partial sums.
void sum_along_tree(std::span<std::vector<float>> shards);

/// Port. Spreads the shards of every batch over the replicas that train one candidate together.
struct GradientSync {
  /// The shards that this replica computes.
  virtual ShardRange mine(int shards) const = 0;
  /// On return shards[0] holds the sum of all shards as sum_along_tree gives it, on every replica. Collective over the replicas.
  virtual void combine(std::span<std::vector<float>> shards) = 0;
  virtual ~GradientSync() = default;
};

/// One replica that computes all shards.
struct LocalSync : GradientSync {
  ShardRange mine(int shards) const override { return {0, shards}; }
  void combine(std::span<std::vector<float>> shards) override { sum_along_tree(shards); }
};

}   // namespace archipel::train
