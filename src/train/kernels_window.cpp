#ifndef ARCHIPEL_VARIANT

#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#include <algorithm>
#include <limits>

#define ARCHIPEL_VARIANT_FILE "train/kernels_window.cpp"
#include "train/kernel_variants.hpp"

namespace archipel::train {

void depthwise_forward(const Window& w, const float* x, const float* weights, float* y) {
  ARCHIPEL_CHOSEN(depthwise_forward)(w, x, weights, y);
}

void depthwise_backward(const Window& w, const float* x, const float* weights, const float* dy, float* dx,
                        float* dweights) {
  ARCHIPEL_CHOSEN(depthwise_backward)(w, x, weights, dy, dx, dweights);
}

void average_pool_forward(const Window& w, const float* x, float* y) { ARCHIPEL_CHOSEN(average_pool_forward)(w, x, y); }

void average_pool_backward(const Window& w, const float* dy, float* dx) {
  ARCHIPEL_CHOSEN(average_pool_backward)(w, dy, dx);
}

void max_pool_forward(const Window& w, const float* x, float* y, std::int32_t* chosen) {
  ARCHIPEL_CHOSEN(max_pool_forward)(w, x, y, chosen);
}

void max_pool_backward(const Window& w, const float* dy, const std::int32_t* chosen, float* dx) {
  ARCHIPEL_CHOSEN(max_pool_backward)(w, dy, chosen, dx);
}

}   // namespace archipel::train

#else

namespace archipel::train::ARCHIPEL_VARIANT {

#include "train/kernel_vectors.inl"

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

void depthwise_image(const float* x, std::size_t stride, const float* weights, int kernel, int height, int width,
                     int channels, float* y) {
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

/// The largest of rows [y0, y1) and columns [x0, x1) of a window whose corner is `x`, B channels, and its place there.
template <int B>
ARCHIPEL_INLINE void max_of_taps(const float* x, std::size_t row, int channels, int kernel, int y0, int y1, int x0,
                                 int x1, float* y, std::int32_t* chosen) {
  typename Vectors<B>::Floats best = {}, value;
  typename Vectors<B>::Integers tap = {}, position;
  best -= std::numeric_limits<float>::infinity();
  for (int ky = y0; ky < y1; ++ky)
    for (int kx = x0; kx < x1; ++kx) {
      load(value, x + std::ptrdiff_t(ky) * std::ptrdiff_t(row) + std::ptrdiff_t(kx) * channels);
      position = value <= best ? tap : typename Vectors<B>::Integers{} + (ky * kernel + kx);
      value = value <= best ? best : value;
      tap = best == best ? position : tap;   // the first that is no number stays
      best = best == best ? value : best;
    }
  store(best, y);
  if (chosen != nullptr) store(tap, chosen);
}

void max_pool_image(const float* x, const Window w, float* y, std::int32_t* chosen) {
  const int rows = w.out_height(), columns = w.out_width(), kernel = w.kernel;
  const std::size_t row = std::size_t(w.width) * w.channels;
  for (int oy = 0; oy < rows; ++oy)
    for (int ox = 0; ox < columns; ++ox, y += w.channels, chosen += chosen ? w.channels : 0) {
      const int top = oy * w.stride - w.padding, left = ox * w.stride - w.padding;
      const float* corner = x + std::ptrdiff_t(top) * std::ptrdiff_t(row) + std::ptrdiff_t(left) * w.channels;
      const bool whole = kernel == 3 && top >= 0 && left >= 0 && top + 3 <= w.height && left + 3 <= w.width;
      const int y0 = std::max(0, -top), y1 = std::min(kernel, w.height - top), x0 = std::max(0, -left),
                x1 = std::min(kernel, w.width - left);
      for_channel_blocks(
          w.channels, [&]<int B>(int c) __attribute__((always_inline)) {
            std::int32_t* places = chosen ? chosen + c : nullptr;
            if (whole) max_of_taps<B>(corner + c, row, w.channels, 3, 0, 3, 0, 3, y + c, places);
            else max_of_taps<B>(corner + c, row, w.channels, kernel, y0, y1, x0, x1, y + c, places);
          });
    }
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

void max_pool_backward_image(const float* dy, const std::int32_t* chosen, const Window& w, float* dx) {
  const int rows = w.out_height(), columns = w.out_width();
  for (int iy = 0; iy < w.height; ++iy)
    for (int ix = 0; ix < w.width; ++ix, dx += w.channels)
      for_channel_blocks(
          w.channels, [&]<int B>(int c) __attribute__((always_inline)) {
            if (w.stride == 1) gather_chosen<B, 1>(dy + c, chosen + c, w, rows, columns, iy, ix, dx + c);
            if (w.stride == 2) gather_chosen<B, 2>(dy + c, chosen + c, w, rows, columns, iy, ix, dx + c);
          });
}

void average_pool_image(const float* x, const Window& w, float* y) {
  const float share = 1.0f / float(w.kernel * w.kernel);
  for (int oy = 0; oy < w.out_height(); ++oy)
    for (int ox = 0; ox < w.out_width(); ++ox, y += w.channels) {
      const int top = oy * w.stride - w.padding, left = ox * w.stride - w.padding;
      const int bottom = std::min(top + w.kernel, w.height), end = std::min(left + w.kernel, w.width);
      for_channel_blocks(
          w.channels, [&]<int B>(int c) __attribute__((always_inline)) {
            typename Vectors<B>::Floats sum = {}, value;
            for (int iy = std::max(0, top); iy < bottom; ++iy)
              for (int ix = std::max(0, left); ix < end; ++ix) {
                load(value, x + (std::size_t(iy) * w.width + std::size_t(ix)) * w.channels + c);
                sum += value;
              }
            store(sum * share, y + c);
          });
    }
}

/// The gradient of one pixel is the mean of those of the windows that hold it.
void average_pool_backward_image(const float* dy, const Window& w, float* dx) {
  const int rows = w.out_height(), columns = w.out_width();
  const float share = 1.0f / float(w.kernel * w.kernel);
  const auto first = [&](int pixel) {
    const int before = pixel + w.padding - w.kernel;   // the last window that begins there ends before this pixel
    return before < 0 ? 0 : before / w.stride + 1;
  };
  for (int iy = 0; iy < w.height; ++iy)
    for (int ix = 0; ix < w.width; ++ix, dx += w.channels) {
      const int bottom = std::min((iy + w.padding) / w.stride + 1, rows),
                end = std::min((ix + w.padding) / w.stride + 1, columns);
      for_channel_blocks(
          w.channels, [&]<int B>(int c) __attribute__((always_inline)) {
            typename Vectors<B>::Floats sum = {}, value;
            for (int oy = first(iy); oy < bottom; ++oy)
              for (int ox = first(ix); ox < end; ++ox) {
                load(value, dy + (std::size_t(oy) * columns + std::size_t(ox)) * w.channels + c);
                sum += value;
              }
            store(sum * share, dx + c);
          });
    }
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

void average_pool_forward(const Window& w, const float* x, float* y) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  for (int n = 0; n < w.images; ++n) average_pool_image(x + n * in, w, y + n * out);
}

void average_pool_backward(const Window& w, const float* dy, float* dx) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  for (int n = 0; n < w.images; ++n) average_pool_backward_image(dy + n * out, w, dx + n * in);
}

void max_pool_forward(const Window& w, const float* x, float* y, std::int32_t* chosen) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  for (int n = 0; n < w.images; ++n) max_pool_image(x + n * in, w, y + n * out, chosen ? chosen + n * out : nullptr);
}

void max_pool_backward(const Window& w, const float* dy, const std::int32_t* chosen, float* dx) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  for (int n = 0; n < w.images; ++n) max_pool_backward_image(dy + n * out, chosen + n * out, w, dx + n * in);
}

}   // namespace archipel::train::ARCHIPEL_VARIANT

#endif
