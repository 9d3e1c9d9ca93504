#ifndef ARCHIPEL_VARIANT

#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#define ARCHIPEL_VARIANT_FILE "train/kernels_stem.cpp"
#include "train/kernel_variants.inl"

namespace archipel::train {

void stem_convolution(const Stem& stem, const float* images, const float* weights, float* x, float* mean,
                      float* mean_square) {
  ARCHIPEL_CHOSEN(stem_convolution)(stem, images, weights, x, mean, mean_square);
}

void stem_pool(const Stem& stem, const float* x, const float* scale, const float* shift, float* y, float* best,
               std::int32_t* chosen) {
  ARCHIPEL_CHOSEN(stem_pool)(stem, x, scale, shift, y, best, chosen);
}

void stem_backward(const Stem& stem, const float* images, const float* x, const float* dy, float* best,
                   const std::int32_t* chosen, const Affine& affine, float* dweights, float* dgamma, float* dbeta) {
  ARCHIPEL_CHOSEN(stem_backward)(stem, images, x, dy, best, chosen, affine, dweights, dgamma, dbeta);
}

}   // namespace archipel::train

#else

namespace archipel::train::ARCHIPEL_VARIANT {

namespace {

#include "train/kernel_vectors.inl"
#include "train/kernel_windows.inl"

/// For each tap of the window, in the order of the weights: its distance from the window's corner in a padded image.
std::vector<std::size_t> offsets_of(const Window& w, std::size_t stride) {
  std::vector<std::size_t> offsets;
  for (int c = 0; c < w.channels; ++c)
    for (int ky = 0; ky < w.kernel; ++ky)
      for (int kx = 0; kx < w.kernel; ++kx)
        offsets.push_back(ky * stride + std::size_t(kx) * w.channels + std::size_t(c));
  return offsets;
}

struct Row {
  const float* corner;          // of the first output's window
  std::size_t step;             // from one output's window to the next
  const std::size_t* offsets;   // [taps]
  int taps, width, outputs;
};

template <int B, int pixels>
ARCHIPEL_INLINE void image_outputs(const Row& r, int first, const float* weights, float* y) {
  typename Vectors<B>::Floats sums[pixels] = {}, weight;
  const float* corner = r.corner + first * r.step;
  for (int t = 0; t < r.taps; ++t) {
    load(weight, weights + std::size_t(t) * r.outputs);
    for (int p = 0; p < pixels; ++p) sums[p] += corner[p * r.step + r.offsets[t]] * weight;
  }
  for (int p = 0; p < pixels; ++p) store(sums[p], y + std::size_t(first + p) * r.outputs);
}

void image_row(const Row& r, const float* weights, float* y) {
  for_channel_blocks(
      r.outputs, [&]<int B>(int c) __attribute__((always_inline)) {
        int p = 0;
        for (; p + 4 <= r.width; p += 4) image_outputs<B, 4>(r, p, weights + c, y + c);
        for (; p < r.width; ++p) image_outputs<B, 1>(r, p, weights + c, y + c);
      });
}

/// Adds to sums [taps, outputs], for `count` taps from `first` on, the products with one row of dy.
template <int B, int count>
ARCHIPEL_INLINE void image_products(const Row& r, int first, const float* dy, float* sums) {
  typename Vectors<B>::Floats acc[count], gradient;
  for (int t = 0; t < count; ++t) load(acc[t], sums + std::size_t(first + t) * r.outputs);
  for (int p = 0; p < r.width; ++p) {
    load(gradient, dy + std::size_t(p) * r.outputs);
    for (int t = 0; t < count; ++t) acc[t] += r.corner[p * r.step + r.offsets[first + t]] * gradient;
  }
  for (int t = 0; t < count; ++t) store(acc[t], sums + std::size_t(first + t) * r.outputs);
}

void image_weight_row(const Row& r, const float* dy, float* sums) {
  for_channel_blocks(
      r.outputs, [&]<int B>(int c) __attribute__((always_inline)) {
        int t = 0;
        for (; t + 9 <= r.taps; t += 9) image_products<B, 9>(r, t, dy + c, sums + c);
        for (; t < r.taps; ++t) image_products<B, 1>(r, t, dy + c, sums + c);
      });
}

/// Calls body(row, image, row of outputs, number of its first value) for every row of outputs.
template <class Body>
void for_rows(const Window& w, int outputs, const float* x, Body body) {
  PaddedImage padded(w);
  const auto offsets = offsets_of(w, padded.stride());
  const std::size_t image = w.inputs() / w.images;
  std::size_t next = 0;
  for (int n = 0; n < w.images; ++n) {
    padded.load(x + n * image);
    for (int y = 0; y < w.out_height(); ++y, next += std::size_t(w.out_width()) * outputs)
      body(Row{.corner = padded.data() + std::size_t(y) * w.stride * padded.stride(),
               .step = std::size_t(w.stride) * w.channels,
               .offsets = offsets.data(),
               .taps = int(offsets.size()),
               .width = w.out_width(),
               .outputs = outputs},
           n, y, next);
  }
}

/// Adds to the sums of a row's values and of their squares.
void row_moments(const float* x, int width, int channels, float* sums, float* squares) {
  for_channel_blocks(
      channels, [&]<int B>(int c) __attribute__((always_inline)) {
        typename Vectors<B>::Floats sum, square, value;
        load(sum, sums + c);
        load(square, squares + c);
        for (int p = 0; p < width; ++p) {
          load(value, x + std::size_t(p) * channels + c);
          sum += value;
          square += value * value;
        }
        store(sum, sums + c);
        store(square, squares + c);
      });
}

constexpr int rows_at_once = 8;   // summed in single precision before they enter the sums in double

/// Moves sums in single precision to sums in double.
void fold(std::vector<float>& sums, std::vector<double>& totals) {
  for (std::size_t i = 0; i < sums.size(); ++i) {
    totals[i] += sums[i];
    sums[i] = 0;
  }
}

}   // namespace

void stem_convolution(const Stem& stem, const float* images, const float* weights, float* x, float* mean,
                      float* mean_square) {
  const Window& w = stem.convolution;
  const int taps = w.channels * w.kernel * w.kernel, outputs = stem.pool.channels;
  std::vector<float> by_tap(std::size_t(taps) * outputs), sums(outputs), squares(outputs);
  for (int t = 0; t < taps; ++t)
    for (int c = 0; c < outputs; ++c) by_tap[std::size_t(t) * outputs + c] = weights[std::size_t(c) * taps + t];
  std::vector<double> all_sums(outputs), all_squares(outputs);
  for_rows(w, outputs, images, [&](const Row& row, int, int y, std::size_t first) {
    image_row(row, by_tap.data(), x + first);
    row_moments(x + first, row.width, outputs, sums.data(), squares.data());
    if (y % rows_at_once != 0 && y + 1 < w.out_height()) return;
    fold(sums, all_sums);
    fold(squares, all_squares);
  });
  const double count = double(w.images) * w.out_height() * w.out_width();
  for (int c = 0; c < outputs; ++c) {
    mean[c] = float(all_sums[c] / count);
    mean_square[c] = float(all_squares[c] / count);
  }
}

void stem_pool(const Stem& stem, const float* x, const float* scale, const float* shift, float* y, float* best,
               std::int32_t* chosen) {
  const Window w = stem.pool;
  const int rows = w.out_height(), columns = w.out_width();
  const auto rows_of = pixels_of_windows(rows, w, w.height), columns_of = pixels_of_windows(columns, w, w.width);
  std::vector<float> signs(w.channels);
  for (int c = 0; c < w.channels; ++c) signs[c] = scale[c] < 0 ? -1.0f : 1.0f;
  for (int n = 0; n < w.images; ++n, x += std::size_t(w.height) * w.width * w.channels)
    for_pixels(
        rows, columns, w.channels, [&]<int B>(int oy, int ox, int c) __attribute__((always_inline)) {
          typename Vectors<B>::Floats sign, factor, offset;
          load(sign, signs.data() + c);
          load(factor, scale + c);
          load(offset, shift + c);
          Largest<B> largest;   // of what grows with the output
          largest.over(
              rows_of[std::size_t(oy)], columns_of[std::size_t(ox)], oy * w.stride - w.padding,
              ox * w.stride - w.padding, w.kernel, [&](auto& value, int iy, int ix) __attribute__((always_inline)) {
                load(value, x + (std::size_t(iy) * w.width + std::size_t(ix)) * w.channels + c);
                value *= sign;
              });
          const std::size_t at =
              ((std::size_t(n) * rows + std::size_t(oy)) * columns + std::size_t(ox)) * w.channels + c;
          const typename Vectors<B>::Floats source = largest.best * sign, value = source * factor + offset;
          store(source, best + at);
          store(largest.tap, chosen + at);
          store(value < 0.0f ? typename Vectors<B>::Floats{} : value, y + at);
        });
}

void stem_backward(const Stem& stem, const float* images, const float* x, const float* dy, float* best,
                   const std::int32_t* chosen, const Affine& affine, float* dweights, float* dgamma, float* dbeta) {
  const Window p = stem.pool;
  const int outputs = p.channels, columns = p.out_width();
  const std::size_t pooled = p.outputs() / p.images, pooled_rows = std::size_t(p.images) * p.out_height() * columns;
  const auto rows = std::size_t(p.images) * p.height * p.width;
  std::vector<float> a(outputs), b(outputs);
  // Only pixels that were chosen pass a gradient, so its sums run over windows; `best` becomes what they pass.
  for_channel_blocks(
      outputs, [&]<int B>(int c) __attribute__((always_inline)) {
        using Floats = typename Vectors<B>::Floats;
        Floats centre, factor, offset;
        load(centre, affine.mean + c);
        load(factor, affine.scale + c);
        load(offset, affine.shift + c);
        TwoSums<B> sums;
        sums.over(
            pooled_rows, [&](std::size_t row, Floats & gradient, Floats & product) __attribute__((always_inline)) {
              Floats value;
              load(value, best + row * outputs + c);
              load(gradient, dy + row * outputs + c);
              gradient = value * factor + offset > 0.0f ? gradient : Floats{};
              product = gradient * (value - centre);
              store(gradient, best + row * outputs + c);
            });
        for (int i = 0; i < B; ++i) {
          const NormGradient gradient = norm_gradient(sums.first[i], sums.second[i], affine, c + i, rows);
          dbeta[c + i] = gradient.dbeta;
          dgamma[c + i] = gradient.dgamma;
          a[c + i] = gradient.a;
          b[c + i] = gradient.b;
        }
      });
  const Window& w = stem.convolution;
  const int taps = w.channels * w.kernel * w.kernel;
  const auto windows = windows_of_pixels(p.height, p, p.out_height());
  std::vector<float> gradients(std::size_t(p.width + 2 * p.padding) * outputs), sums(std::size_t(taps) * outputs);
  float* dx = gradients.data() + p.padding * outputs;   // from the gradients of the normalised values, in place
  std::vector<double> totals(sums.size());
  for_rows(w, outputs, images, [&](const Row& row, int n, int y, std::size_t first) {
    gather_row(best + n * pooled, chosen + n * pooled, p, columns, windows[std::size_t(y)], y, gradients.data());
    for_channel_blocks(
        outputs, [&]<int B>(int c) __attribute__((always_inline)) {
          using Floats = typename Vectors<B>::Floats;
          Floats centre, factor, value, gradient, as, bs;
          load(centre, affine.mean + c);
          load(factor, affine.scale + c);
          load(as, a.data() + c);
          load(bs, b.data() + c);
          for (std::size_t at = c; at < std::size_t(p.width) * outputs; at += outputs) {
            load(value, x + first + at);
            load(gradient, dx + at);
            store(factor * gradient - (as + bs * (value - centre)), dx + at);
          }
        });
    image_weight_row(row, dx, sums.data());
    if (y % rows_at_once == 0 || y + 1 == w.out_height()) fold(sums, totals);
  });
  for (int t = 0; t < taps; ++t)
    for (int c = 0; c < outputs; ++c) dweights[std::size_t(c) * taps + t] = float(totals[std::size_t(t) * outputs + c]);
}

}   // namespace archipel::train::ARCHIPEL_VARIANT

#endif
