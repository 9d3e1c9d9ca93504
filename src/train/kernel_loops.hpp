#pragma once

#include "train/kernels.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#endif

// Compiled for several instruction sets and chosen when the program starts. The bits do not depend on the choice.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define ARCHIPEL_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ARCHIPEL_KERNEL
#endif
#define ARCHIPEL_INLINE inline __attribute__((always_inline))

namespace archipel::train {

/// Of channel c, from the sums over rows of the gradient g that passes the ReLU and of g * (x - mean):
/// dx = scale * g - (a + b * (x - mean)).
struct NormGradient {
  float dgamma, dbeta, a, b;
};
inline NormGradient norm_gradient(double sum, double product, const Affine& affine, int c, std::size_t rows) {
  const double inverse = affine.inverse_deviation[c], share = affine.scale[c] / double(rows);
  return {.dgamma = float(product * inverse),
          .dbeta = float(sum),
          .a = float(share * sum),
          .b = float(share * product * inverse * inverse)};
}

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
