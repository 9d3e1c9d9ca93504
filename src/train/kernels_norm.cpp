#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#include <algorithm>

namespace archipel::train {
namespace {

constexpr std::size_t chunk = 64;   // tiles summed in single precision before they enter the double sums

ARCHIPEL_KERNEL void moments_of_tiles(const float* __restrict x, std::size_t tiles, int length, float* __restrict sum,
                                      float* __restrict square) {
  std::fill(sum, sum + length, 0.0f);
  std::fill(square, square + length, 0.0f);
  for (std::size_t t = 0; t < tiles; ++t, x += length)
    for (int i = 0; i < length; ++i) {
      sum[i] += x[i];
      square[i] += x[i] * x[i];
    }
}

ARCHIPEL_KERNEL void scale_tiles(const float* __restrict x, std::size_t tiles, int length,
                                 const float* __restrict scale, const float* __restrict shift, bool relu,
                                 float* __restrict y) {
  const float floor = relu ? 0.0f : -3.402823466e38f;
  for (std::size_t t = 0; t < tiles; ++t, x += length, y += length)
    for (int i = 0; i < length; ++i) {
      const float value = x[i] * scale[i] + shift[i];
      y[i] = value < floor ? floor : value;   // keeps NaN
    }
}

/// The gradient that passes `relu`, summed: alone, and times the centred input.
ARCHIPEL_KERNEL void gradient_sums_of_tiles(const float* __restrict x, const float* __restrict dy, std::size_t tiles,
                                            int length, const float* __restrict mean, const float* __restrict scale,
                                            const float* __restrict shift, bool relu, float* __restrict sum,
                                            float* __restrict product) {
  const float floor = relu ? 0.0f : -3.402823466e38f;
  std::fill(sum, sum + length, 0.0f);
  std::fill(product, product + length, 0.0f);
  for (std::size_t t = 0; t < tiles; ++t, x += length, dy += length)
    for (int i = 0; i < length; ++i) {
      const float passed = dy[i], g = x[i] * scale[i] + shift[i] > floor ? passed : 0.0f;
      sum[i] += g;
      product[i] += g * (x[i] - mean[i]);
    }
}

/// dx = scale * g - (a + b * (x - mean)).
ARCHIPEL_KERNEL void gradient_tiles(const float* __restrict x, const float* __restrict dy, std::size_t tiles,
                                    int length, const float* __restrict mean, const float* __restrict scale,
                                    const float* __restrict shift, const float* __restrict a, const float* __restrict b,
                                    bool relu, float* __restrict dx) {
  const float floor = relu ? 0.0f : -3.402823466e38f;
  for (std::size_t t = 0; t < tiles; ++t, x += length, dy += length, dx += length)
    for (int i = 0; i < length; ++i) {
      const float passed = dy[i], g = x[i] * scale[i] + shift[i] > floor ? passed : 0.0f;
      dx[i] = scale[i] * g - (a[i] + b[i] * (x[i] - mean[i]));
    }
}

/// Adds the sums by tile position to the sums by channel.
void fold(const std::vector<float>& tile, int channels, double* totals) {
  for (auto part = tile.begin(); part != tile.end(); part += channels)
    for (int c = 0; c < channels; ++c) totals[c] += part[c];
}

/// Runs `body(first row, tiles, tile length)` over all rows: whole tiles in chunks, then the rest row by row as one short tile each.
template <class Body>
void for_tiles(std::size_t rows, const Tile& tile, int channels, std::size_t tiles_at_once, Body body) {
  const std::size_t tiles = rows / tile.repeats;
  for (std::size_t first = 0; first < tiles; first += tiles_at_once)
    body(first * tile.repeats, std::min(tiles_at_once, tiles - first), tile.length);
  if (const std::size_t done = tiles * tile.repeats; done < rows) body(done, rows - done, channels);
}

}   // namespace

void channel_moments(const float* x, std::size_t rows, int channels, float* mean, float* mean_square) {
  const Tile tile(channels);
  std::vector<double> sums(channels), squares(channels);
  for_tiles(rows, tile, channels, chunk, [&](std::size_t row, std::size_t tiles, int length) {
    std::vector<float> sum(length), square(length);
    moments_of_tiles(x + row * channels, tiles, length, sum.data(), square.data());
    fold(sum, channels, sums.data());
    fold(square, channels, squares.data());
  });
  for (int c = 0; c < channels; ++c) {
    mean[c] = float(sums[c] / double(rows));
    mean_square[c] = float(squares[c] / double(rows));
  }
}

void scale_shift(const float* x, std::size_t rows, int channels, const float* scale, const float* shift, bool relu,
                 float* y) {
  const Tile tile(channels);
  const auto scales = tile.spread(scale), shifts = tile.spread(shift);
  for_tiles(rows, tile, channels, rows, [&](std::size_t row, std::size_t tiles, int length) {
    scale_tiles(x + row * channels, tiles, length, scales.data(), shifts.data(), relu, y + row * channels);
  });
}

void normalise_backward(const float* x, const float* dy, std::size_t rows, int channels, const float* mean,
                        const float* inverse_deviation, const float* scale, const float* shift, bool relu, float* dx,
                        float* dgamma, float* dbeta) {
  const Tile tile(channels);
  const auto means = tile.spread(mean), scales = tile.spread(scale), shifts = tile.spread(shift);
  std::vector<double> sums(channels), products(channels);
  for_tiles(rows, tile, channels, chunk, [&](std::size_t row, std::size_t tiles, int length) {
    std::vector<float> sum(length), product(length);
    gradient_sums_of_tiles(x + row * channels, dy + row * channels, tiles, length, means.data(), scales.data(),
                           shifts.data(), relu, sum.data(), product.data());
    fold(sum, channels, sums.data());
    fold(product, channels, products.data());
  });
  std::vector<float> a(channels), b(channels);
  for (int c = 0; c < channels; ++c) {
    const double inverse = inverse_deviation[c];
    dbeta[c] = float(sums[c]);
    dgamma[c] = float(products[c] * inverse);
    a[c] = float(scale[c] * sums[c] / double(rows));
    b[c] = float(scale[c] * products[c] * inverse * inverse / double(rows));
  }
  const auto as = tile.spread(a.data()), bs = tile.spread(b.data());
  for_tiles(rows, tile, channels, rows, [&](std::size_t row, std::size_t tiles, int length) {
    gradient_tiles(x + row * channels, dy + row * channels, tiles, length, means.data(), scales.data(), shifts.data(),
                   as.data(), bs.data(), relu, dx + row * channels);
  });
}

}   // namespace archipel::train
