#pragma once

#include "train/kernels.hpp"

namespace archipel::train {

// Kernels of DirectConvolution. Only where `direct_kernels`, and the processor has AVX-512.

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
inline constexpr bool direct_kernels = true;
#else
inline constexpr bool direct_kernels = false;
#endif

constexpr int direct_block = 24;   // channels of outputs that are computed together
/// Whether pieces of 7 and 4 pixels make up a row.
constexpr bool direct_width(int width) {
  while (width >= 7 && width % 4 != 0) width -= 7;
  return width >= 0 && width % 4 == 0;
}

/// y [.., outputs] = convolution with weights [outputs / direct_block, kernel, kernel, channels, direct_block].
void direct_forward(const Window& window, int outputs, const float* x, const float* weights, float* y);
/// dweights [kernel, kernel, channels, outputs].
void direct_weights(const Window& window, int outputs, const float* x, const float* dy, float* dweights);

}   // namespace archipel::train
