#pragma once

#include "train/dataset.hpp"
#include "train/epoch_order.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <span>
#include <vector>

namespace archipel::train {

/// Hands out the images of one replica's shards in their order. Those that are not in memory are read window by window: a thread
/// reads the next one while the current one is trained on. Both together never take more than the plan's window.
class ImageFeed {
 public:
  /// `images` and `order` must outlive this.
  ImageFeed(const ImageSet& images, const EpochOrder& order, ShardRange mine, std::int64_t epochs);
  ~ImageFeed() { stopping_ = true; }

  /// Goes to a step of an epoch, on or back. SystemError if images cannot be read.
  void go_to(int epoch, std::int64_t step);
  /// The samples of a shard in this step, which images() has in memory until the next go_to().
  std::span<const std::uint32_t> samples(int shard) const;
  const ImageSet& images() const { return current_.images; }

 private:
  struct Window {
    int epoch = -1;
    std::int64_t number = -1;
    std::vector<std::uint32_t> samples, held;   // in the order of training; ascending
    std::vector<std::uint8_t> pixels;
    ImageSet images;
  };
  bool at(const Window& window, int epoch, std::int64_t number) const {
    return window.epoch == epoch && window.number == number;
  }
  /// `window` with other samples, its memory used again.
  Window filled(Window window, int epoch, std::int64_t number) const;   // what it is worth after `stopping_` is open

  const ImageSet& images_;
  const EpochOrder& order_;
  ShardRange mine_;
  std::int64_t epochs_;
  std::int64_t step_ = 0;    // within the current window
  Window current_, spare_;   // the thread has the spare one while it reads
  std::atomic<bool> stopping_ = false;
  std::future<Window> next_;   // the last member: its thread ends before the others do
};

}   // namespace archipel::train
