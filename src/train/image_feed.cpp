#include "train/image_feed.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace archipel::train {
namespace {

constexpr std::size_t samples_at_once = 16384;   // read before it is asked whether they are still wanted

}   // namespace

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
  for (std::size_t first = 0; first < window.held.size() && !stopping_; first += samples_at_once) {
    const auto count = std::min(samples_at_once, window.held.size() - first);
    images_.read(std::span(window.held).subspan(first, count),
                 std::span(window.pixels).subspan(first * images_.image_bytes(), count * images_.image_bytes()));
  }
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
  const int to_epoch = last ? epoch + 1 : epoch;
  const std::int64_t to = last ? 0 : number + 1;
  try {
    next_ = std::async(std::launch::async, [this, to_epoch, to] { return filled(std::move(spare_), to_epoch, to); });
  } catch (const std::system_error&) {   // no thread: it is read when it is needed
  }
}

std::span<const std::uint32_t> ImageFeed::samples(int shard) const {
  const std::size_t width = std::size_t(mine_.end - mine_.begin), place = std::size_t(shard - mine_.begin);
  return std::span(current_.samples)
      .subspan((std::size_t(step_) * width + place) * order_.shard_images(), order_.shard_images());
}

}   // namespace archipel::train
