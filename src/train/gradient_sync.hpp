#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace archipel::train {

struct ShardRange {
  int begin = 0, end = 0;
};

/// sums += addends; equal sizes.
void add_shard(std::vector<float>& sums, const std::vector<float>& addends);

/// Adds `shards` (a power of two, equal sizes) along a fixed binary tree by shard index: (0 + 1) + (2 + 3). The sum is in shards[0],
/// the others hold partial sums.
void sum_along_tree(std::span<std::vector<float>> shards);

/// Port. Spreads work over the replicas that train one candidate together. All calls but `mine` are collective over the replicas.
struct GradientSync {
  /// Which of `parts`, shards of a batch or batches of a validation, this replica computes: contiguous, perhaps none.
  virtual ShardRange mine(int parts) const = 0;
  /// On return shards[0] holds the sum of all shards as sum_along_tree gives it, on every replica; the others hold anything.
  virtual void combine(std::span<std::vector<float>> shards) = 0;
  /// Sum over the replicas, on each of them.
  virtual std::int64_t sum(std::int64_t mine) = 0;
  virtual ~GradientSync() = default;
};

/// One replica that computes all shards.
struct LocalSync : GradientSync {
  ShardRange mine(int parts) const override { return {0, parts}; }
  void combine(std::span<std::vector<float>> shards) override { sum_along_tree(shards); }
  std::int64_t sum(std::int64_t mine) override { return mine; }
};

}   // namespace archipel::train
