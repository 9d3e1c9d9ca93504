#pragma once

#include "train/buckets.hpp"
#include "train/reduction_tree.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace archipel::train {

/// The buffers of a batch's shards: equal sizes, in the memory of the device that trains.
using Shards = std::vector<std::span<float>>;

/// Port. Spreads work over the replicas that train one candidate together. All calls but `mine` are collective over the replicas.
///
/// A step: `begin`, then this replica's shards are filled, `final_from` as often as one likes in the last backward pass, `finish`.
/// After `begin` each replica reaches `finish`, whatever happens in between.
struct GradientSync {
  /// Which of `parts`, shards of a batch or batches of a validation, this replica computes: contiguous, perhaps none.
  virtual ShardRange mine(int parts) const = 0;
  /// Begins the sum of `shards` (a power of two) in `buckets`, which are equal on all replicas. Buffers and buckets stay where they
  /// are until `finish` returns; those of other replicas' shards hold anything from here on.
  virtual void begin(const Shards& shards, std::span<const Bucket> buckets) = 0;
  /// The values of all own shards from `first` to the end of the first bucket will not change any more: what lies in whole buckets
  /// may travel. On a GPU: once the work in the computing stream up to here is done. May come from a thread of the device.
  virtual void final_from(std::size_t first) = 0;
  /// All values are final. On return shards[0] holds the sum along the fixed tree, on every replica; the others hold anything.
  virtual void finish() = 0;
  /// Replica 0's `values`, in the memory of the device that trains, to all.
  virtual void broadcast(std::span<float> values) = 0;
  /// Sum over the replicas, on each of them.
  virtual std::int64_t sum(std::int64_t mine) = 0;
  /// s spent in `finish`, `broadcast` and `sum` so far; 0 where that is not the computing thread's time.
  virtual double seconds() const { return 0; }
  virtual ~GradientSync() = default;
};

/// sums += addends; equal sizes, in the memory of the host.
void add_values(std::span<float> sums, std::span<const float> addends);

/// One replica that computes all shards. `add` is add_values of the device that trains.
class LocalSync : public GradientSync {
 public:
  using Add = void (*)(std::span<float> sums, std::span<const float> addends);
  explicit LocalSync(Add add = add_values) : add_(add) {}

  ShardRange mine(int parts) const override { return {0, parts}; }
  void begin(const Shards& shards, std::span<const Bucket>) override { shards_ = &shards; }
  void final_from(std::size_t) override {}
  void finish() override;
  void broadcast(std::span<float>) override {}
  std::int64_t sum(std::int64_t mine) override { return mine; }

 private:
  Add add_;
  const Shards* shards_ = nullptr;
};

}   // namespace archipel::train
