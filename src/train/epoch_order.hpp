#pragma once

#include "train/plan.hpp"
#include "train/reduction_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace archipel::train {

/// Which samples the steps of an epoch train on: a function of samples, plan, key and epoch alone.
///
/// Without a window an epoch is one shuffle of all samples. With one it is shuffled twice: blocks of consecutive samples, then the
/// samples within each window of blocks (Xu et al. 2022, arXiv:2206.05830), so that the images of a window are few large pieces of
/// the files. Each shard has blocks of its own, so that a replica reads no more than its shards need.
class EpochOrder {
 public:
  /// `samples`: positions, ascending. With a window (plan.window) two batches of images must fit into it: one is trained on while
  /// the other is read.
  EpochOrder(std::vector<std::uint32_t> samples, const TrainingPlan& plan, std::size_t image_bytes, std::uint64_t key);

  const Steps& steps() const { return steps_; }
  std::size_t shard_images() const { return shard_images_; }
  std::span<const std::uint32_t> samples() const { return samples_; }
  /// Steps of each window but the last, which may have fewer.
  std::int64_t window_steps() const { return window_steps_; }
  std::int64_t windows() const { return (steps_.count + window_steps_ - 1) / window_steps_; }
  /// The samples of some shards in one window of an epoch: [step, shard, shard_images()].
  std::vector<std::uint32_t> positions(int epoch, std::int64_t window, ShardRange shards) const;

 private:
  std::vector<std::uint32_t> from_blocks(int epoch, std::size_t begin, std::size_t end) const;

  std::vector<std::uint32_t> samples_;
  Steps steps_;
  std::size_t shard_images_;
  bool whole_;   // no window
  std::int64_t window_steps_;
  std::size_t block_;   // samples
  std::uint64_t key_;
};

}   // namespace archipel::train
