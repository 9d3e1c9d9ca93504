#ifndef ARCHIPEL_VARIANT

#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#include <algorithm>
#include <limits>

#define ARCHIPEL_VARIANT_FILE "train/kernels_pool.cpp"
#include "train/kernel_variants.hpp"

namespace archipel::train {

void max_pool_forward(const Window& w, const float* x, float* y, std::int32_t* chosen) {
  ARCHIPEL_CHOSEN(max_pool_forward)(w, x, y, chosen);
}

void max_pool_backward(const Window& w, const float* dy, const std::int32_t* chosen, float* dx) {
  ARCHIPEL_CHOSEN(max_pool_backward)(w, dy, chosen, dx);
}

void average_pool_forward(const Window& w, const float* x, float* y) { ARCHIPEL_CHOSEN(average_pool_forward)(w, x, y); }

void average_pool_backward(const Window& w, const float* dy, float* dx) {
  ARCHIPEL_CHOSEN(average_pool_backward)(w, dy, dx);
}

}   // namespace archipel::train

#else

namespace archipel::train::ARCHIPEL_VARIANT {

#include "train/kernel_vectors.inl"

namespace {

/// Pixels, or windows, [begin, end) along one side of an image.
struct Range {
  int begin, end;
  int size() const { return end - begin; }
};

/// The pixels of window `o` that lie in an image of `size`.
ARCHIPEL_INLINE Range pixels_of(int o, const Window& w, int size) {
  const int first = o * w.stride - w.padding;
  return {std::max(0, first), std::min(first + w.kernel, size)};
}

/// The windows, of `count`, that hold pixel `i`.
ARCHIPEL_INLINE Range windows_of(int i, const Window& w, int count) {
  const int before = i + w.padding - w.kernel;   // the last window that begins here ends before this pixel
  return {before < 0 ? 0 : before / w.stride + 1, std::min((i + w.padding) / w.stride + 1, count)};
}

/// Calls body<B>(row, column, their numbers, first channel) for all rows and columns, nearly always 3 of each: that case alone is
/// worth unrolled loops.
template <int B, class Body>
ARCHIPEL_INLINE void for_all(Range rows, Range columns, Body body) {
  if (rows.size() == 3 && columns.size() == 3) {
    for (int y = 0; y < 3; ++y)
      for (int x = 0; x < 3; ++x) body(rows.begin + y, columns.begin + x);
  } else {
    for (int y = rows.begin; y < rows.end; ++y)
      for (int x = columns.begin; x < columns.end; ++x) body(y, x);
  }
}

/// Calls body<B>(y, x, place) for each pixel of [height, width, channels] and each block of its channels.
template <class Body>
ARCHIPEL_INLINE void for_pixels(int height, int width, int channels, Body body) {
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for_channel_blocks(
          channels, [&]<int B>(int c) __attribute__((always_inline)) { body.template operator()<B>(y, x, c); });
}

void max_of_image(const float* x, const Window w, float* y, std::int32_t* chosen) {
  const int columns = w.out_width();
  for_pixels(
      w.out_height(), columns, w.channels, [&]<int B>(int oy, int ox, int c) __attribute__((always_inline)) {
        const int top = oy * w.stride - w.padding, left = ox * w.stride - w.padding;
        typename Vectors<B>::Floats best = {}, value;
        typename Vectors<B>::Integers tap = {}, place;
        best -= std::numeric_limits<float>::infinity();
        for_all<B>(
            pixels_of(oy, w, w.height), pixels_of(ox, w, w.width), [&](int iy, int ix) __attribute__((always_inline)) {
              load(value, x + (std::size_t(iy) * w.width + std::size_t(ix)) * w.channels + c);
              place = typename Vectors<B>::Integers{} + ((iy - top) * w.kernel + ix - left);
              const typename Vectors<B>::Integers stays =
                  (value <= best) | (best != best);   // the first that is no number
              tap = stays ? tap : place;
              best = stays ? best : value;
            });
        const std::size_t at = (std::size_t(oy) * columns + std::size_t(ox)) * w.channels + c;
        store(best, y + at);
        if (chosen != nullptr) store(tap, chosen + at);
      });
}

/// The gradient of a pixel: those of the windows that chose it.
void max_gradient_of_image(const float* dy, const std::int32_t* chosen, const Window w, float* dx) {
  const int rows = w.out_height(), columns = w.out_width();
  for_pixels(
      w.height, w.width, w.channels, [&]<int B>(int iy, int ix, int c) __attribute__((always_inline)) {
        typename Vectors<B>::Floats sum = {}, value;
        typename Vectors<B>::Integers taps;
        for_all<B>(
            windows_of(iy, w, rows), windows_of(ix, w, columns), [&](int oy, int ox) __attribute__((always_inline)) {
              const std::size_t at = (std::size_t(oy) * columns + std::size_t(ox)) * w.channels + c;
              load(value, dy + at);
              load(taps, chosen + at);
              const int tap = (iy + w.padding - oy * w.stride) * w.kernel + ix + w.padding - ox * w.stride;
              sum += taps == tap ? value : typename Vectors<B>::Floats{};
            });
        store(sum, dx + (std::size_t(iy) * w.width + std::size_t(ix)) * w.channels + c);
      });
}

void mean_of_image(const float* x, const Window w, float* y) {
  const int columns = w.out_width();
  const float share = 1.0f / float(w.kernel * w.kernel);
  for_pixels(
      w.out_height(), columns, w.channels, [&]<int B>(int oy, int ox, int c) __attribute__((always_inline)) {
        typename Vectors<B>::Floats sum = {}, value;
        for_all<B>(
            pixels_of(oy, w, w.height), pixels_of(ox, w, w.width), [&](int iy, int ix) __attribute__((always_inline)) {
              load(value, x + (std::size_t(iy) * w.width + std::size_t(ix)) * w.channels + c);
              sum += value;
            });
        store(sum * share, y + (std::size_t(oy) * columns + std::size_t(ox)) * w.channels + c);
      });
}

void mean_gradient_of_image(const float* dy, const Window w, float* dx) {
  const int rows = w.out_height(), columns = w.out_width();
  const float share = 1.0f / float(w.kernel * w.kernel);
  for_pixels(
      w.height, w.width, w.channels, [&]<int B>(int iy, int ix, int c) __attribute__((always_inline)) {
        typename Vectors<B>::Floats sum = {}, value;
        for_all<B>(
            windows_of(iy, w, rows), windows_of(ix, w, columns), [&](int oy, int ox) __attribute__((always_inline)) {
              load(value, dy + (std::size_t(oy) * columns + std::size_t(ox)) * w.channels + c);
              sum += value;
            });
        store(sum * share, dx + (std::size_t(iy) * w.width + std::size_t(ix)) * w.channels + c);
      });
}

}   // namespace

void max_pool_forward(const Window& w, const float* x, float* y, std::int32_t* chosen) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  for (int n = 0; n < w.images; ++n) max_of_image(x + n * in, w, y + n * out, chosen ? chosen + n * out : nullptr);
}

void max_pool_backward(const Window& w, const float* dy, const std::int32_t* chosen, float* dx) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  for (int n = 0; n < w.images; ++n) max_gradient_of_image(dy + n * out, chosen + n * out, w, dx + n * in);
}

void average_pool_forward(const Window& w, const float* x, float* y) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  for (int n = 0; n < w.images; ++n) mean_of_image(x + n * in, w, y + n * out);
}

void average_pool_backward(const Window& w, const float* dy, float* dx) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  for (int n = 0; n < w.images; ++n) mean_gradient_of_image(dy + n * out, w, dx + n * in);
}

}   // namespace archipel::train::ARCHIPEL_VARIANT

#endif
