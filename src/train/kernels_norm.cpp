#ifndef ARCHIPEL_VARIANT

#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#include <algorithm>
#include <vector>

#define ARCHIPEL_VARIANT_FILE "train/kernels_norm.cpp"
#include "train/kernel_variants.inl"

namespace archipel::train {

void channel_moments(const float* x, std::size_t rows, int channels, float* mean, float* mean_square) {
  ARCHIPEL_CHOSEN(channel_moments)(x, rows, channels, mean, mean_square);
}

void scale_shift(const float* x, std::size_t rows, int channels, const float* scale, const float* shift, bool relu,
                 float* y) {
  ARCHIPEL_CHOSEN(scale_shift)(x, rows, channels, scale, shift, relu, y);
}

void normalise_backward(const float* x, const float* dy, std::size_t rows, int channels, const Affine& affine,
                        bool relu, float* dx, float* dgamma, float* dbeta) {
  ARCHIPEL_CHOSEN(normalise_backward)(x, dy, rows, channels, affine, relu, dx, dgamma, dbeta);
}

}   // namespace archipel::train

#else

namespace archipel::train::ARCHIPEL_VARIANT {

namespace {

#include "train/kernel_vectors.inl"

}   // namespace

void channel_moments(const float* x, std::size_t rows, int channels, float* mean, float* mean_square) {
  for_channel_blocks(
      channels, [&]<int B>(int c) __attribute__((always_inline)) {
        TwoSums<B> sums;
        sums.over(
            rows, [&](std::size_t row, auto& value, auto& square) __attribute__((always_inline)) {
              load(value, x + row * channels + c);
              square = value * value;
            });
        for (int i = 0; i < B; ++i) {
          mean[c + i] = float(sums.first[i] / double(rows));
          mean_square[c + i] = float(sums.second[i] / double(rows));
        }
      });
}

void scale_shift(const float* x, std::size_t rows, int channels, const float* scale, const float* shift, bool relu,
                 float* y) {
  for_channel_blocks(
      channels, [&]<int B>(int c) __attribute__((always_inline)) {
        typename Vectors<B>::Floats factor, offset, value, floor = {};
        load(factor, scale + c);
        load(offset, shift + c);
        if (!relu) floor += lowest;
        for (std::size_t row = 0; row < rows; ++row) {
          load(value, x + row * channels + c);
          value = value * factor + offset;
          value = value < floor ? floor : value;   // keeps what is no number
          store(value, y + row * channels + c);
        }
      });
}

void normalise_backward(const float* x, const float* dy, std::size_t rows, int channels, const Affine& affine,
                        bool relu, float* dx, float* dgamma, float* dbeta) {
  for_channel_blocks(
      channels, [&]<int B>(int c) __attribute__((always_inline)) {
        using Floats = typename Vectors<B>::Floats;
        Floats centre, factor, offset, floor = {}, a, b;
        load(centre, affine.mean + c);
        load(factor, affine.scale + c);
        load(offset, affine.shift + c);
        if (!relu) floor += lowest;
        const auto passed = [&](std::size_t row, Floats & value, Floats & gradient) __attribute__((always_inline)) {
          load(value, x + row * channels + c);
          load(gradient, dy + row * channels + c);
          gradient = value * factor + offset > floor ? gradient : Floats{};
          value -= centre;
        };
        TwoSums<B> sums;
        sums.over(
            rows, [&](std::size_t row, Floats & gradient, Floats & product) __attribute__((always_inline)) {
              passed(row, product, gradient);
              product *= gradient;
            });
        for (int i = 0; i < B; ++i) {
          const auto gradient = norm_gradient(sums.first[i], sums.second[i], affine, c + i, rows);
          dgamma[c + i] = gradient.dgamma;
          dbeta[c + i] = gradient.dbeta;
          a[i] = gradient.a;
          b[i] = gradient.b;
        }
        for (std::size_t row = 0; row < rows; ++row) {
          Floats value, gradient;
          passed(row, value, gradient);
          store(factor * gradient - (a + b * value), dx + row * channels + c);
        }
      });
}

}   // namespace archipel::train::ARCHIPEL_VARIANT

#endif
