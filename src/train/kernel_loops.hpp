#pragma once

#include "train/kernels.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

// Compiled for several instruction sets and chosen when the program starts. The bits do not depend on the choice.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define ARCHIPEL_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ARCHIPEL_KERNEL
#endif
#define ARCHIPEL_INLINE inline __attribute__((always_inline))

namespace archipel::train {

/// Channels repeated until a tile is long enough to fill vectors: loops over few channels run over tiles instead.
struct Tile {
  int repeats, length;
  explicit Tile(int channels) : repeats((64 + channels - 1) / channels), length(repeats * channels) {}
  std::vector<float> spread(const float* by_channel) const {
    std::vector<float> tile(length);
    for (int i = 0; i < length; ++i) tile[i] = by_channel[i % (length / repeats)];
    return tile;
  }
};

/// One image with its border of zeros: [height + 2 padding, width + 2 padding, channels].
class PaddedImage {
 public:
  explicit PaddedImage(const Window& w)
      : height_(w.height),
        row_(std::size_t(w.width) * w.channels),
        padding_(w.padding),
        channels_(w.channels),
        stride_(std::size_t(w.width + 2 * w.padding) * w.channels),
        values_(stride_ * (w.height + 2 * w.padding)) {}
  void load(const float* image) {
    for (int y = 0; y < height_; ++y)
      std::copy_n(image + y * row_, row_,
                  values_.data() + (y + padding_) * stride_ + std::size_t(padding_) * channels_);
  }
  const float* data() const { return values_.data(); }
  std::size_t stride() const { return stride_; }   // values between two rows

 private:
  int height_;
  std::size_t row_;
  int padding_, channels_;
  std::size_t stride_;
  std::vector<float> values_;
};

}   // namespace archipel::train
