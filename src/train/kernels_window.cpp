#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#include <algorithm>
#include <limits>

namespace archipel::train {
namespace {

/// `pixels` neighbouring outputs, B channels each, from one padded image; weights [taps, channels].
template <int B, int pixels>
ARCHIPEL_INLINE void depthwise_outputs(const float* x, std::size_t stride, const float* weights, int kernel,
                                       int channels, float* y) {
  typename Vectors<B>::Floats sums[pixels] = {}, value, weight;
  for (int ky = 0; ky < kernel; ++ky)
    for (int kx = 0; kx < kernel; ++kx) {
      load(weight, weights + std::size_t(ky * kernel + kx) * channels);
      for (int p = 0; p < pixels; ++p) {
        load(value, x + ky * stride + std::size_t(kx + p) * channels);
        sums[p] += value * weight;
      }
    }
  for (int p = 0; p < pixels; ++p) store(sums[p], y + std::size_t(p) * channels);
}

template <int B>
ARCHIPEL_INLINE void depthwise_row(const float* x, std::size_t stride, const float* weights, int kernel, int width,
                                   int channels, float* y) {
  int p = 0;
  for (; p + 4 <= width; p += 4)
    depthwise_outputs<B, 4>(x + std::size_t(p) * channels, stride, weights, kernel, channels,
                            y + std::size_t(p) * channels);
  for (; p < width; ++p)
    depthwise_outputs<B, 1>(x + std::size_t(p) * channels, stride, weights, kernel, channels,
                            y + std::size_t(p) * channels);
}

ARCHIPEL_KERNEL void depthwise_image(const float* x, std::size_t stride, const float* weights, int kernel, int height,
                                     int width, int channels, float* y) {
  for (int row = 0; row < height; ++row)
    for_channel_blocks(
        channels, [&]<int B>(int c) __attribute__((always_inline)) {
          depthwise_row<B>(x + row * stride + c, stride, weights + c, kernel, width, channels,
                           y + std::size_t(row) * width * channels + c);
        });
}

void depthwise(const Window& w, const float* x, const float* tap_weights, float* y) {
  PaddedImage padded(w);
  const std::size_t image = std::size_t(w.height) * w.width * w.channels;
  for (int n = 0; n < w.images; ++n) {
    padded.load(x + n * image);
    depthwise_image(padded.data(), padded.stride(), tap_weights, w.kernel, w.height, w.width, w.channels,
                    y + n * image);
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

ARCHIPEL_KERNEL void depthwise_weight_image(const float* x, std::size_t stride, const float* dy, int kernel, int height,
                                            int width, int channels, float* sums) {
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

template <int B>
ARCHIPEL_INLINE void max_of_taps(const float* x, int height, int width, int channels, int top, int left, int kernel,
                                 float* y, std::int32_t* chosen) {
  typename Vectors<B>::Floats best = {}, value;
  typename Vectors<B>::Integers tap = {};
  best -= std::numeric_limits<float>::infinity();
  for (int ky = std::max(0, -top); ky < std::min(kernel, height - top); ++ky)
    for (int kx = std::max(0, -left); kx < std::min(kernel, width - left); ++kx) {
      load(value, x + (std::size_t(top + ky) * width + std::size_t(left + kx)) * channels);
      const typename Vectors<B>::Integers position = typename Vectors<B>::Integers{} + (ky * kernel + kx),
                                          smaller =
                                              (value <= best) | (best != best);   // the first that is no number stays
      tap = smaller ? tap : position;
      best = smaller ? best : value;
    }
  store(best, y);
  store(tap, chosen);
}

ARCHIPEL_KERNEL void max_pool_image(const float* x, const Window& w, float* y, std::int32_t* chosen) {
  for (int oy = 0; oy < w.out_height(); ++oy)
    for (int ox = 0; ox < w.out_width(); ++ox, y += w.channels, chosen += w.channels)
      for_channel_blocks(
          w.channels, [&]<int B>(int c) __attribute__((always_inline)) {
            max_of_taps<B>(x + c, w.height, w.width, w.channels, oy * w.stride - w.padding, ox * w.stride - w.padding,
                           w.kernel, y + c, chosen + c);
          });
}

/// The gradient of one pixel: those of the windows that chose it.
template <int B, int stride>
ARCHIPEL_INLINE void gather_chosen(const float* dy, const std::int32_t* chosen, const Window& w, int rows, int columns,
                                   int iy, int ix, float* dx) {
  typename Vectors<B>::Floats sum = {}, value;
  typename Vectors<B>::Integers taps;
  for (int ky = 0; ky < w.kernel; ++ky) {
    const int oy = iy + w.padding - ky;
    if (oy < 0 || oy % stride != 0 || oy / stride >= rows) continue;
    for (int kx = 0; kx < w.kernel; ++kx) {
      const int ox = ix + w.padding - kx;
      if (ox < 0 || ox % stride != 0 || ox / stride >= columns) continue;
      const std::size_t from = (std::size_t(oy / stride) * columns + std::size_t(ox / stride)) * w.channels;
      load(value, dy + from);
      load(taps, chosen + from);
      sum += taps == ky * w.kernel + kx ? value : typename Vectors<B>::Floats{};
    }
  }
  store(sum, dx);
}

ARCHIPEL_KERNEL void max_pool_backward_image(const float* dy, const std::int32_t* chosen, const Window& w, float* dx) {
  const int rows = w.out_height(), columns = w.out_width();
  for (int iy = 0; iy < w.height; ++iy)
    for (int ix = 0; ix < w.width; ++ix, dx += w.channels)
      for_channel_blocks(
          w.channels, [&]<int B>(int c) __attribute__((always_inline)) {
            if (w.stride == 1) gather_chosen<B, 1>(dy + c, chosen + c, w, rows, columns, iy, ix, dx + c);
            if (w.stride == 2) gather_chosen<B, 2>(dy + c, chosen + c, w, rows, columns, iy, ix, dx + c);
          });
}

}   // namespace

void depthwise_forward(const Window& w, const float* x, const float* weights, float* y) {
  depthwise(w, x, by_tap(weights, w.kernel * w.kernel, w.channels, false).data(), y);
}

void depthwise_backward(const Window& w, const float* x, const float* weights, const float* dy, float* dx,
                        float* dweights) {
  const int taps = w.kernel * w.kernel;
  depthwise(w, dy, by_tap(weights, taps, w.channels, true).data(), dx);
  std::vector<float> sums(std::size_t(taps) * w.channels);
  PaddedImage padded(w);
  const std::size_t image = std::size_t(w.height) * w.width * w.channels;
  for (int n = 0; n < w.images; ++n) {
    padded.load(x + n * image);
    depthwise_weight_image(padded.data(), padded.stride(), dy + n * image, w.kernel, w.height, w.width, w.channels,
                           sums.data());
  }
  for (int t = 0; t < taps; ++t)
    for (int c = 0; c < w.channels; ++c) dweights[std::size_t(c) * taps + t] = sums[std::size_t(t) * w.channels + c];
}

void average_pool(const Window& w, const float* x, float* y) {
  const int taps = w.kernel * w.kernel;
  const std::vector<float> weights(std::size_t(taps) * w.channels, 1.0f / float(taps));
  depthwise(w, x, weights.data(), y);
}

void max_pool_forward(const Window& w, const float* x, float* y, std::int32_t* chosen) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  for (int n = 0; n < w.images; ++n) max_pool_image(x + n * in, w, y + n * out, chosen + n * out);
}

void max_pool_backward(const Window& w, const float* dy, const std::int32_t* chosen, float* dx) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  for (int n = 0; n < w.images; ++n) max_pool_backward_image(dy + n * out, chosen + n * out, w, dx + n * in);
}

}   // namespace archipel::train
