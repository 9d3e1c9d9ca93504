#ifndef ARCHIPEL_VARIANT

#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#define ARCHIPEL_VARIANT_FILE "train/kernels_pool.cpp"
#include "train/kernel_variants.inl"

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

namespace {

#include "train/kernel_vectors.inl"
#include "train/kernel_windows.inl"

void max_of_image(const float* x, const Window w, float* y, std::int32_t* chosen) {
  const int rows = w.out_height(), columns = w.out_width();
  const auto rows_of = pixels_of_windows(rows, w, w.height), columns_of = pixels_of_windows(columns, w, w.width);
  for_pixels(
      rows, columns, w.channels, [&]<int B>(int oy, int ox, int c) __attribute__((always_inline)) {
        Largest<B> largest;
        largest.over(
            rows_of[std::size_t(oy)], columns_of[std::size_t(ox)], oy * w.stride - w.padding, ox * w.stride - w.padding,
            w.kernel, [&](auto& value, int iy, int ix) __attribute__((always_inline)) {
              load(value, x + (std::size_t(iy) * w.width + std::size_t(ix)) * w.channels + c);
            });
        const std::size_t at = (std::size_t(oy) * columns + std::size_t(ox)) * w.channels + c;
        store(largest.best, y + at);
        if (chosen != nullptr) store(largest.tap, chosen + at);
      });
}

/// y [rows, columns, channels] = means of windows of x [.., width, channels], a `share` for each pixel: sums along columns, then of these.
void sums_of_image(const float* x, int width, const std::vector<Range>& rows, const std::vector<Range>& columns,
                   int channels, float share, float* y) {
  std::vector<float> sums(std::size_t(width) * 16);
  for (const Range row : rows) {
    for_channel_blocks(
        channels, [&]<int B>(int c) __attribute__((always_inline)) {
          typename Vectors<B>::Floats sum, value;
          for (int ix = 0; ix < width; ++ix) {
            const float* pixel = x + (std::size_t(row.begin) * width + std::size_t(ix)) * channels + c;
            load(sum, pixel);
            for (int iy = row.begin + 1; iy < row.end; ++iy) {
              load(value, pixel += std::size_t(width) * channels);
              sum += value;
            }
            store(sum, sums.data() + ix * B);
          }
          for (std::size_t ox = 0; ox < columns.size(); ++ox) {
            load(sum, sums.data() + columns[ox].begin * B);
            for (int ix = columns[ox].begin + 1; ix < columns[ox].end; ++ix) {
              load(value, sums.data() + ix * B);
              sum += value;
            }
            store(sum * share, y + ox * channels + c);
          }
        });
    y += columns.size() * channels;
  }
}

}   // namespace

void max_pool_forward(const Window& w, const float* x, float* y, std::int32_t* chosen) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  for (int n = 0; n < w.images; ++n) max_of_image(x + n * in, w, y + n * out, chosen ? chosen + n * out : nullptr);
}

void max_pool_backward(const Window& w, const float* dy, const std::int32_t* chosen, float* dx) {
  const std::size_t out = w.outputs() / w.images, width = std::size_t(w.width) * w.channels;
  const auto windows = windows_of_pixels(w.height, w, w.out_height());
  std::vector<float> row(width + std::size_t(2 * w.padding) * w.channels);
  for (int n = 0; n < w.images; ++n)
    for (int y = 0; y < w.height; ++y, dx += width) {
      gather_row(dy + n * out, chosen + n * out, w, w.out_width(), windows[std::size_t(y)], y, row.data());
      std::copy_n(row.data() + w.padding * w.channels, width, dx);
    }
}

void average_pool_forward(const Window& w, const float* x, float* y) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  const auto rows = pixels_of_windows(w.out_height(), w, w.height),
             columns = pixels_of_windows(w.out_width(), w, w.width);
  for (int n = 0; n < w.images; ++n)
    sums_of_image(x + n * in, w.width, rows, columns, w.channels, 1.0f / float(w.kernel * w.kernel), y + n * out);
}

void average_pool_backward(const Window& w, const float* dy, float* dx) {
  const std::size_t in = w.inputs() / w.images, out = w.outputs() / w.images;
  const auto rows = windows_of_pixels(w.height, w, w.out_height()),
             columns = windows_of_pixels(w.width, w, w.out_width());
  for (int n = 0; n < w.images; ++n)
    sums_of_image(dy + n * out, w.out_width(), rows, columns, w.channels, 1.0f / float(w.kernel * w.kernel),
                  dx + n * in);
}

}   // namespace archipel::train::ARCHIPEL_VARIANT

#endif
