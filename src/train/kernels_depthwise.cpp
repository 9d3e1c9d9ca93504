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
      for (int p = 0; p < pixels; ++p) add_product(sums[p], values[p + kx], weight);
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

void convolve(const PaddedImage& x, const float* tap_weights, const Window& w, float* y) {
  if (w.kernel == 3) image_of<3>(x.data(), x.stride(), tap_weights, w, y);
  else image_of<5>(x.data(), x.stride(), tap_weights, w, y);
}

/// Adds the products of `pixels` neighbouring gradients with what `rows` rows of their windows' taps held.
template <int B, int kernel, int rows, int pixels>
ARCHIPEL_INLINE void weight_products(const float* x, std::size_t stride, const float* dy, int channels,
                                     typename Vectors<B>::Floats (&sums)[rows][kernel]) {
  typename Vectors<B>::Floats gradients[pixels], values[pixels + kernel - 1];
  for (int p = 0; p < pixels; ++p) load(gradients[p], dy + std::size_t(p) * channels);
  for (int ky = 0; ky < rows; ++ky) {
    for (int i = 0; i < pixels + kernel - 1; ++i) load(values[i], x + ky * stride + std::size_t(i) * channels);
    for (int p = 0; p < pixels; ++p)
      for (int kx = 0; kx < kernel; ++kx) add_product(sums[ky][kx], gradients[p], values[p + kx]);
  }
}

/// Gradient of the weights of one image, in single precision, added to totals [taps, channels]. All of a 3x3 kernel at once, or one
/// row of a 5x5 kernel after another: as many sums as fit into registers.
template <int kernel, int rows>
void weights_of_image(const float* x, std::size_t stride, const float* dy, const Window& w, double* totals) {
  const int channels = w.channels;
  const auto columns = std::size_t(w.width);
  for_channel_blocks(
      channels, [&]<int B>(int c) __attribute__((always_inline)) {
        for (int ky = 0; ky < kernel; ky += rows) {
          typename Vectors<B>::Floats sums[rows][kernel] = {};
          const float *source = x + ky * stride + c, *gradient = dy + c;
          for (int row = 0; row < w.height; ++row, source += stride, gradient += columns * channels) {
            std::size_t p = 0;
            const auto products = [&]<int pixels>() __attribute__((always_inline)) {
              weight_products<B, kernel, rows, pixels>(source + p * channels, stride, gradient + p * channels, channels,
                                                       sums);
              p += pixels;
            };
            while (p + 7 <= columns) products.template operator()<7>();
            while (p + 4 <= columns) products.template operator()<4>();
            while (p < columns) products.template operator()<1>();
          }
          for (int tap = 0; tap < rows * kernel; ++tap)
            for (int i = 0; i < B; ++i)
              totals[std::size_t(ky * kernel + tap) * channels + c + i] += sums[tap / kernel][tap % kernel][i];
        }
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
  const auto tap_weights = by_tap(weights, w.kernel * w.kernel, w.channels, false);
  PaddedImage padded(w);
  const std::size_t image = std::size_t(w.height) * w.width * w.channels;
  for (int n = 0; n < w.images; ++n) {
    padded.load(x + n * image);
    convolve(padded, tap_weights.data(), w, y + n * image);
  }
}

void depthwise_backward(const Window& w, const float* x, const float* weights, const float* dy, float* dx,
                        float* dweights) {
  const int taps = w.kernel * w.kernel;
  const auto tap_weights = by_tap(weights, taps, w.channels, true);
  std::vector<double> totals(std::size_t(taps) * w.channels);
  PaddedImage padded(w);
  const std::size_t image = std::size_t(w.height) * w.width * w.channels;
  for (int n = 0; n < w.images; ++n) {   // all that an image needs while it is in the caches
    padded.load(dy + n * image);
    convolve(padded, tap_weights.data(), w, dx + n * image);
    padded.load(x + n * image);
    if (w.kernel == 3) weights_of_image<3, 3>(padded.data(), padded.stride(), dy + n * image, w, totals.data());
    else weights_of_image<5, 1>(padded.data(), padded.stride(), dy + n * image, w, totals.data());
  }
  for (int t = 0; t < taps; ++t)
    for (int c = 0; c < w.channels; ++c)
      dweights[std::size_t(c) * taps + t] = float(totals[std::size_t(t) * w.channels + c]);
}

}   // namespace archipel::train::ARCHIPEL_VARIANT

#endif
