#include "train/image_feed.hpp"

#include <algorithm>
#include <utility>

namespace archipel::train {

ImageFeed::ImageFeed(const ImageSet& images, const EpochOrder& order, ShardRange mine, std::int64_t epochs)
    : images_(images), order_(order), mine_(mine), epochs_(epochs) {}

ImageFeed::Window ImageFeed::filled(Window window, int epoch, std::int64_t number) const {
  window.epoch = epoch;
  window.number = number;
  window.samples = order_.positions(epoch, number, mine_);
  if (!images_.pixels.empty()) {
    window.images = images_;
    return window;
  }
  if (order_.windows() == 1 && !window.held.empty()) return window;   // holds all that any epoch needs
  if (order_.windows() == 1) window.held.assign(order_.samples().begin(), order_.samples().end());
  else window.held = window.samples;
  std::ranges::sort(window.held);
  window.pixels.resize(window.held.size() * images_.image_bytes());
  images_.read(window.held, window.pixels);
  window.images = images_.holding(window.held, window.pixels);
  return window;
}

void ImageFeed::go_to(int epoch, std::int64_t step) {
  const std::int64_t number = step / order_.window_steps();
  step_ = step % order_.window_steps();
  if (at(current_, epoch, number)) return;
  if (next_.valid()) spare_ = std::exchange(current_, next_.get());
  if (!at(current_, epoch, number)) current_ = filled(std::move(current_), epoch, number);
  const bool last = number + 1 == order_.windows();
  if (!images_.pixels.empty() || order_.windows() == 1 || (last && epoch + 1 == epochs_)) return;
  next_ = std::async(std::launch::async,
                     [this, spare = std::move(spare_), to_epoch = last ? epoch + 1 : epoch,
                      to = last ? 0 : number + 1]() mutable { return filled(std::move(spare), to_epoch, to); });
}

std::span<const std::uint32_t> ImageFeed::samples(int shard) const {
  const std::size_t width = std::size_t(mine_.end - mine_.begin), place = std::size_t(shard - mine_.begin);
  return std::span(current_.samples)
      .subspan((std::size_t(step_) * width + place) * order_.shard_images(), order_.shard_images());
}

}   // namespace archipel::train
