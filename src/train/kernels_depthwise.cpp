#ifndef ARCHIPEL_VARIANT

#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#include <algorithm>
#include <vector>

#define ARCHIPEL_VARIANT_FILE "train/kernels_depthwise.cpp"
#include "train/kernel_variants.inl"

namespace archipel::train {

void depthwise_forward(const Window& w, const float* x, const float* weights, float* y) {
  ARCHIPEL_CHOSEN(depthwise_forward)(w, x, weights, y);
}

void depthwise_backward(const Window& w, const float* x, const float* weights, const float* dy, float* dx,
                        float* dweights) {
  ARCHIPEL_CHOSEN(depthwise_backward)(w, x, weights, dy, dx, dweights);
}

}   // namespace archipel::train

#else

namespace archipel::train::ARCHIPEL_VARIANT {

namespace {

#include "train/kernel_vectors.inl"

/// `pixels` neighbouring outputs, B channels each, from one padded image; weights [taps, channels].
template <int B, int pixels, int kernel>
ARCHIPEL_INLINE void outputs_of(const float* x, std::size_t stride, const float* weights, int channels, float* y) {
  typename Vectors<B>::Floats sums[pixels] = {}, values[pixels + kernel - 1], weight;
  for (int ky = 0; ky < kernel; ++ky) {
    for (int i = 0; i < pixels + kernel - 1; ++i) load(values[i], x + ky * stride + std::size_t(i) * channels);
    for (int kx = 0; kx < kernel; ++kx) {
      load(weight, weights + std::size_t(ky * kernel + kx) * channels);
      for (int p = 0; p < pixels; ++p) sums[p] += values[p + kx] * weight;
    }
  }
  for (int p = 0; p < pixels; ++p) store(sums[p], y + std::size_t(p) * channels);
}

template <int kernel>
void image_of(const float* x, std::size_t stride, const float* weights, const Window w, float* y) {
  const int channels = w.channels;
  for (int row = 0; row < w.height; ++row, x += stride, y += std::size_t(w.width) * channels)
    for_channel_blocks(
        channels, [&]<int B>(int c) __attribute__((always_inline)) {
          std::size_t p = 0;
          const auto outputs = [&]<int pixels>() __attribute__((always_inline)) {
            outputs_of<B, pixels, kernel>(x + p * channels + c, stride, weights + c, channels, y + p * channels + c);
            p += pixels;
          };
          while (p + 7 <= std::size_t(w.width)) outputs.template operator()<7>();
          while (p + 4 <= std::size_t(w.width)) outputs.template operator()<4>();
          while (p < std::size_t(w.width)) outputs.template operator()<1>();
        });
}

void convolve(const Window& w, const float* x, const float* tap_weights, float* y) {
  PaddedImage padded(w);
  const std::size_t image = std::size_t(w.height) * w.width * w.channels;
  for (int n = 0; n < w.images; ++n) {
    padded.load(x + n * image);
    if (w.kernel == 3) image_of<3>(padded.data(), padded.stride(), tap_weights, w, y + n * image);
    else image_of<5>(padded.data(), padded.stride(), tap_weights, w, y + n * image);
  }
}

/// Adds to sums[kx][c] the products of one row of `dy` with one row of the padded input.
template <int B, int kernel>
ARCHIPEL_INLINE void weight_products(const float* x, const float* dy, int width, int channels, float* sums) {
  typename Vectors<B>::Floats acc[kernel], value, gradient;
  for (int k = 0; k < kernel; ++k) load(acc[k], sums + std::size_t(k) * channels);
  for (int p = 0; p < width; ++p) {
    load(gradient, dy + std::size_t(p) * channels);
    for (int k = 0; k < kernel; ++k) {
      load(value, x + std::size_t(p + k) * channels);
      acc[k] += gradient * value;
    }
  }
  for (int k = 0; k < kernel; ++k) store(acc[k], sums + std::size_t(k) * channels);
}

void depthwise_weight_image(const float* x, std::size_t stride, const float* dy, int kernel, int height, int width,
                            int channels, float* sums) {
  for (int row = 0; row < height; ++row)
    for (int ky = 0; ky < kernel; ++ky)
      for_channel_blocks(
          channels, [&]<int B>(int c) __attribute__((always_inline)) {
            const float* source = x + (row + ky) * stride + c;
            const float* gradient = dy + std::size_t(row) * width * channels + c;
            float* target = sums + std::size_t(ky * kernel) * channels + c;
            if (kernel == 3) weight_products<B, 3>(source, gradient, width, channels, target);
            if (kernel == 5) weight_products<B, 5>(source, gradient, width, channels, target);
          });
}

/// [channels, taps] -> [taps, channels], with the taps in reverse if `flipped`.
std::vector<float> by_tap(const float* weights, int taps, int channels, bool flipped) {
  std::vector<float> result(std::size_t(taps) * channels);
  for (int t = 0; t < taps; ++t)
    for (int c = 0; c < channels; ++c)
      result[std::size_t(flipped ? taps - 1 - t : t) * channels + c] = weights[std::size_t(c) * taps + t];
  return result;
}

}   // namespace

void depthwise_forward(const Window& w, const float* x, const float* weights, float* y) {
  convolve(w, x, by_tap(weights, w.kernel * w.kernel, w.channels, false).data(), y);
}

void depthwise_backward(const Window& w, const float* x, const float* weights, const float* dy, float* dx,
                        float* dweights) {
  const int taps = w.kernel * w.kernel;
  convolve(w, dy, by_tap(weights, taps, w.channels, true).data(), dx);
  std::vector<float> sums(std::size_t(taps) * w.channels);   // of one image, in single precision
  std::vector<double> totals(sums.size());
  PaddedImage padded(w);
  const std::size_t image = std::size_t(w.height) * w.width * w.channels;
  for (int n = 0; n < w.images; ++n) {
    padded.load(x + n * image);
    std::fill(sums.begin(), sums.end(), 0.0f);
    depthwise_weight_image(padded.data(), padded.stride(), dy + n * image, w.kernel, w.height, w.width, w.channels,
                           sums.data());
    for (std::size_t i = 0; i < sums.size(); ++i) totals[i] += sums[i];
  }
  for (int t = 0; t < taps; ++t)
    for (int c = 0; c < w.channels; ++c)
      dweights[std::size_t(c) * taps + t] = float(totals[std::size_t(t) * w.channels + c]);
}

}   // namespace archipel::train::ARCHIPEL_VARIANT

#endif
