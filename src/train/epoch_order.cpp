#include "train/epoch_order.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace archipel::train {

EpochOrder::EpochOrder(std::vector<std::uint32_t> samples, const TrainingPlan& plan, std::size_t image_bytes,
                       std::uint64_t key)
    : samples_(std::move(samples)),
      steps_(steps_of(plan, std::int64_t(samples_.size()))),
      shard_images_(std::size_t(steps_.batch / plan.settings.shards)),
      whole_(plan.window == 0),
      window_steps_(steps_.count),
      block_(samples_.size()),
      key_(key) {
  if (whole_) return;
  window_steps_ =
      std::clamp<std::int64_t>(plan.window / 2 / (steps_.batch * std::int64_t(image_bytes)), 1, steps_.count);
  const std::size_t in_window = std::size_t(window_steps_) * shard_images_;   // of one shard
  const std::size_t in_mebibyte = std::max<std::size_t>(1, (std::size_t{1} << 20) / image_bytes);
  block_ = std::clamp<std::size_t>(in_window / 16, 1, in_mebibyte);
}

std::vector<std::uint32_t> EpochOrder::positions(int epoch, std::int64_t window, ShardRange shards) const {
  const std::size_t first = std::size_t(window * window_steps_),
                    steps = std::min(std::size_t(window_steps_), std::size_t(steps_.count) - first);
  const std::size_t width = std::size_t(shards.end - shards.begin), part = std::size_t(steps_.count) * shard_images_;
  std::vector<std::uint32_t> order;
  if (whole_) {
    order = samples_;
    Stream(key_, Purpose::shuffle, 0, std::uint32_t(epoch), 0).shuffle(std::span(order));
  }
  std::vector<std::uint32_t> all(steps * width * shard_images_);
  for (std::size_t s = 0; s < width; ++s) {
    const std::size_t shard = s + std::size_t(shards.begin), begin = shard * part + first * shard_images_;
    std::vector<std::uint32_t> mine;
    if (!whole_) {
      mine = from_blocks(epoch, begin, begin + steps * shard_images_);
      Stream(key_, Purpose::window_shuffle, std::uint32_t(shard), std::uint32_t(epoch), std::uint32_t(window))
          .shuffle(std::span(mine));
    }
    for (std::size_t step = 0; step < steps; ++step) {
      const auto from = whole_
                            ? order.begin() + std::ptrdiff_t(step * std::size_t(steps_.batch) + shard * shard_images_)
                            : mine.begin() + std::ptrdiff_t(step * shard_images_);
      std::copy_n(from, shard_images_, all.begin() + std::ptrdiff_t((step * width + s) * shard_images_));
    }
  }
  return all;
}

/// Samples [begin, end) of the shuffled blocks, one behind the other.
std::vector<std::uint32_t> EpochOrder::from_blocks(int epoch, std::size_t begin, std::size_t end) const {
  std::vector<std::uint32_t> blocks((samples_.size() + block_ - 1) / block_), chosen;
  std::iota(blocks.begin(), blocks.end(), 0u);
  Stream(key_, Purpose::block_shuffle, 0, std::uint32_t(epoch), 0).shuffle(std::span(blocks));
  std::size_t at = 0;
  for (const auto block : blocks) {
    const std::size_t first = block * block_, size = std::min(block_, samples_.size() - first);   // the last is short
    const std::size_t from = std::clamp(begin, at, at + size) - at, to = std::clamp(end, at, at + size) - at;
    const auto samples = samples_.begin() + std::ptrdiff_t(first);
    chosen.insert(chosen.end(), samples + std::ptrdiff_t(from), samples + std::ptrdiff_t(to));
    at += size;
  }
  return chosen;
}

}   // namespace archipel::train
