#ifndef ARCHIPEL_VARIANT

#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#define ARCHIPEL_VARIANT_FILE "train/kernels_stem.cpp"
#include "train/kernel_variants.inl"

namespace archipel::train {

void stem_moments(const TapSums& sums, const float* weights, int channels, float* mean, float* mean_square) {
  const std::size_t taps = sums.values.size();
  for (int c = 0; c < channels; ++c, weights += taps) {
    double sum = 0, squares = 0;
    for (std::size_t t = 0; t < taps; ++t) {
      double product = 0;
      for (std::size_t u = 0; u < taps; ++u) product += weights[u] * sums.products[t * taps + u];
      sum += weights[t] * sums.values[t];
      squares += weights[t] * product;
    }
    mean[c] = float(sum / double(sums.rows));
    mean_square[c] = float(squares / double(sums.rows));
  }
}

void stem_forward(const Stem& stem, const float* images, const float* weights, const float* scale, const float* shift,
                  float* y, std::int32_t* chosen) {
  ARCHIPEL_CHOSEN(stem_forward)(stem, images, weights, scale, shift, y, chosen);
}

void stem_backward(const Stem& stem, const float* images, const TapSums& sums, const float* weights, const float* y,
                   const float* dy, const std::int32_t* chosen, const Affine& affine, float* dweights, float* dgamma,
                   float* dbeta) {
  const auto taps = sums.values.size(), outputs = std::size_t(stem.pool.channels);
  std::vector<double> passed(outputs), products(taps * outputs);   // gradients, and they times what the taps hold
  ARCHIPEL_CHOSEN(chosen_products)(stem, images, y, dy, chosen, passed.data(), products.data());
  for (std::size_t c = 0; c < outputs; ++c, weights += taps, dweights += taps) {
    const double mean = affine.mean[c];
    double product = -mean * passed[c];
    for (std::size_t t = 0; t < taps; ++t) product += weights[t] * products[t * outputs + c];
    const double inverse = affine.inverse_deviation[c], share = affine.scale[c] / double(sums.rows);
    dgamma[c] = float(product * inverse);
    dbeta[c] = float(passed[c]);
    for (std::size_t t = 0; t < taps; ++t) {
      double values = -mean * sums.values[t];   // the convolution's, less their mean, times the tap's
      for (std::size_t u = 0; u < taps; ++u) values += weights[u] * sums.products[t * taps + u];
      dweights[t] = float(affine.scale[c] * products[t * outputs + c] -
                          share * (passed[c] * sums.values[t] + product * inverse * inverse * values));
    }
  }
}

}   // namespace archipel::train

#else

namespace archipel::train::ARCHIPEL_VARIANT {

namespace {

#include "train/kernel_planes.inl"
#include "train/kernel_vectors.inl"
#include "train/kernel_windows.inl"

/// `pixels` neighbouring outputs from `x` on, before which lies the first of their windows.
template <int B, int pixels>
ARCHIPEL_INLINE void image_outputs(const Planes& planes, int channels, int y, int x, const float* weights, int outputs,
                                   float* to) {
  typename Vectors<B>::Floats sums[pixels] = {}, weight;
  for (int c = 0; c < channels; ++c)
    for (int ky = 0; ky < 3; ++ky) {
      const float* corner = planes.at(c, y + ky - 1, x - 1);
      for (int kx = 0; kx < 3; ++kx, weights += outputs) {
        load(weight, weights);
        for (int p = 0; p < pixels; ++p) add_product(sums[p], corner[p + kx], weight);
      }
    }
  for (int p = 0; p < pixels; ++p) store(sums[p], to + std::size_t(p) * outputs);
}

/// Row y of the convolution: [width, outputs].
void image_row(const Planes& planes, const Window& w, int y, const float* weights, int outputs, float* row) {
  for_channel_blocks(
      outputs, [&]<int B>(int c) __attribute__((always_inline)) {
        int x = 0;
        const auto next = [&]<int pixels>() __attribute__((always_inline)) {
          image_outputs<B, pixels>(planes, w.channels, y, x, weights + c, outputs, row + std::size_t(x) * outputs + c);
          x += pixels;
        };
        while (x + 7 <= w.width) next.template operator()<7>();
        while (x + 4 <= w.width) next.template operator()<4>();
        while (x < w.width) next.template operator()<1>();
      });
}

constexpr int patch = 5;   // side of what the convolution's windows in a window of the pool cover

/// Of row `x` [width, outputs] for each window along it: the largest value and the column in the window of the first such.
void largest_of_row(const float* x, const std::vector<Range>& columns, const Window& w, float* best,
                    std::int32_t* tap) {
  for_channel_blocks(
      w.channels, [&]<int B>(int c) __attribute__((always_inline)) {
        for (std::size_t ox = 0; ox < columns.size(); ++ox) {
          const Range range = columns[ox];
          const int left = int(ox) * w.stride - w.padding;
          typename Vectors<B>::Floats largest, value;
          auto place = typename Vectors<B>::Integers{} + (range.begin - left);
          load(largest, x + std::size_t(range.begin) * w.channels + c);
          for (int ix = range.begin + 1; ix < range.end; ++ix) {
            load(value, x + std::size_t(ix) * w.channels + c);
            place = value > largest ? typename Vectors<B>::Integers{} + (ix - left) : place;
            largest = value > largest ? value : largest;
          }
          store(largest, best + ox * w.channels + c);
          store(place, tap + ox * w.channels + c);
        }
      });
}

/// Rows of windows of one image, as largest_of_row leaves them: row i at slot i % 3, each [columns, channels].
struct LargestRows {
  explicit LargestRows(const Window& w) : row(std::size_t(w.out_width()) * w.channels), best(3 * row), tap(3 * row) {}
  std::size_t row;
  std::vector<float> best;
  std::vector<std::int32_t> tap;
};

/// One row of pooled outputs from `rows` rows of the convolution, the first of which is row `first` of the windows.
void pool_rows(const LargestRows& from, Range rows, int first, int channels, const float* factor, const float* shift,
               float* y, std::int32_t* chosen) {
  for_channel_blocks(
      channels, [&]<int B>(int c) __attribute__((always_inline)) {
        using Floats = typename Vectors<B>::Floats;
        Floats factors, offsets;
        load(factors, factor + c);
        load(offsets, shift + c);
        for (std::size_t at = std::size_t(c); at < from.row; at += std::size_t(channels)) {
          Floats largest, value;
          typename Vectors<B>::Integers place, tap;
          load(largest, from.best.data() + std::size_t(rows.begin % 3) * from.row + at);
          load(place, from.tap.data() + std::size_t(rows.begin % 3) * from.row + at);
          place += (rows.begin - first) * patch;
          for (int iy = rows.begin + 1; iy < rows.end; ++iy) {
            load(value, from.best.data() + std::size_t(iy % 3) * from.row + at);
            load(tap, from.tap.data() + std::size_t(iy % 3) * from.row + at);
            tap += (iy - first) * patch;
            place = value > largest ? tap : place;
            largest = value > largest ? value : largest;
          }
          value = offsets;
          add_product(value, largest, factors);
          store(value < 0.0f ? Floats{} : value, y + at);
          store(place, chosen + at);
        }
      });
}

/// For each window along row oy of the pool: the [patch, patch] pixels that its outputs come from, 32 floats apart.
void load_patches(const Planes& planes, int channel, const Window& w, int oy, float* patches) {
  for (int ox = 0; ox < w.out_width(); ++ox, patches += 32)
    for (int y = 0; y < patch; ++y)   // the eighth of a row is overwritten by the next
      std::copy_n(planes.at(channel, oy * w.stride - w.padding - 1 + y, ox * w.stride - w.padding - 1), 8,
                  patches + y * patch);
}

/// value[i] = pixels[at[i]] of 32.
template <int B>
ARCHIPEL_INLINE void look_up(typename Vectors<B>::Floats& value, const float* pixels,
                             const typename Vectors<B>::Integers& at) {
  if constexpr (B >= 8) {
#if ARCHIPEL_FMA == 16
    __m512i places;
    if constexpr (B == 16) places = __m512i(at);
    else places = _mm512_castsi256_si512(__m256i(at));
    const __m512 found = _mm512_permutex2var_ps(_mm512_loadu_ps(pixels), places, _mm512_loadu_ps(pixels + 16));
    load(value, &found);
#elif ARCHIPEL_FMA == 8
    const auto places = __m256i(at);
    const __m256 by_8 = _mm256_castsi256_ps(_mm256_slli_epi32(places, 28)),   // the bits of 8 and 16 as signs
        by_16 = _mm256_castsi256_ps(_mm256_slli_epi32(places, 27));
    const auto of = [&](int first) __attribute__((always_inline)) {
      return _mm256_permutevar8x32_ps(_mm256_loadu_ps(pixels + first), places);
    };
    value = typename Vectors<B>::Floats(
        _mm256_blendv_ps(_mm256_blendv_ps(of(0), of(8), by_8), _mm256_blendv_ps(of(16), of(24), by_8), by_16));
#endif
  } else {
    float found[B];
    for (int i = 0; i < B; ++i) found[i] = pixels[at[i]];
    load(value, found);
  }
}

/// Adds to sums[9, outputs] the gradients of a row of windows times what the taps held, and to `passed` the gradients.
template <int B>
ARCHIPEL_INLINE void add_row(const float* patches, int columns, const float* y, const float* dy,
                             const std::int32_t* chosen, int outputs, float* sums, float* passed) {
  typename Vectors<B>::Floats acc[9], all, value, gradient;
  typename Vectors<B>::Integers place;
  for (int t = 0; t < 9; ++t) load(acc[t], sums + t * outputs);
  load(all, passed);
  for (int ox = 0; ox < columns; ++ox, patches += 32, y += outputs, dy += outputs, chosen += outputs) {
    load(value, y);
    load(gradient, dy);
    load(place, chosen);
    gradient = value > 0.0f ? gradient : typename Vectors<B>::Floats{};
    all += gradient;
    for (int t = 0; t < 9; ++t) {
      look_up<B>(value, patches, place + (t / 3 * patch + t % 3));
      add_product(acc[t], value, gradient);
    }
  }
  for (int t = 0; t < 9; ++t) store(acc[t], sums + t * outputs);
  store(all, passed);
}

/// Moves sums in single precision to sums in double.
void fold(std::vector<float>& sums, double* totals) {
  for (float& sum : sums) {
    *totals++ += sum;
    sum = 0;
  }
}

}   // namespace

void stem_forward(const Stem& stem, const float* images, const float* weights, const float* scale, const float* shift,
                  float* y, std::int32_t* chosen) {
  const Window &w = stem.convolution, &p = stem.pool;
  const int taps = 9 * w.channels, outputs = p.channels;
  std::vector<float> by_tap(std::size_t(taps) * outputs), factor(outputs), row(std::size_t(w.width) * outputs);
  for (int c = 0; c < outputs;
       ++c) {   // the sign of the scale goes into the weights, so that the largest stays the largest
    factor[c] = std::abs(scale[c]);
    for (int t = 0; t < taps; ++t)
      by_tap[std::size_t(t) * outputs + c] = std::copysign(1.0f, scale[c]) * weights[std::size_t(c) * taps + t];
  }
  const auto rows = pixels_of_windows(p.out_height(), p, p.height),
             columns = pixels_of_windows(p.out_width(), p, p.width);
  LargestRows largest(p);
  Planes planes(w);
  for (int n = 0; n < w.images; ++n) {
    planes.load(images + std::size_t(n) * w.inputs() / w.images);
    std::size_t oy = 0;
    for (int iy = 0; iy < w.height; ++iy) {
      const std::size_t slot = std::size_t(iy % 3) * largest.row;
      image_row(planes, w, iy, by_tap.data(), outputs, row.data());
      largest_of_row(row.data(), columns, p, largest.best.data() + slot, largest.tap.data() + slot);
      for (; oy < rows.size() && rows[oy].end == iy + 1; ++oy, y += largest.row, chosen += largest.row)
        pool_rows(largest, rows[oy], int(oy) * p.stride - p.padding, outputs, factor.data(), shift, y, chosen);
    }
  }
}

void chosen_products(const Stem& stem, const float* images, const float* y, const float* dy, const std::int32_t* chosen,
                     double* passed, double* products) {
  const Window &w = stem.convolution, &p = stem.pool;
  const int outputs = p.channels, columns = p.out_width();
  const std::size_t row = std::size_t(columns) * outputs;
  std::vector<float> patches(std::size_t(columns + 1) * 32), sums(std::size_t(9 * w.channels) * outputs), all(outputs),
      ignored(outputs);
  Planes planes(w);
  for (int n = 0; n < w.images; ++n) {   // sums of one image in single precision
    planes.load(images + std::size_t(n) * w.inputs() / w.images);
    for (int oy = 0; oy < p.out_height(); ++oy, y += row, dy += row, chosen += row)
      for (int channel = 0; channel < w.channels; ++channel) {
        load_patches(planes, channel, p, oy, patches.data());
        for_channel_blocks(
            outputs, [&]<int B>(int c) __attribute__((always_inline)) {
              add_row<B>(patches.data(), columns, y + c, dy + c, chosen + c, outputs,
                         sums.data() + std::size_t(9 * channel) * outputs + c,
                         (channel == 0 ? all : ignored).data() + c);
            });
      }
    fold(all, passed);
    fold(sums, products);
  }
}

}   // namespace archipel::train::ARCHIPEL_VARIANT

#endif
