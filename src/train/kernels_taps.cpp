#ifndef ARCHIPEL_VARIANT

#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#include <algorithm>
#include <vector>

#define ARCHIPEL_VARIANT_FILE "train/kernels_taps.cpp"
#include "train/kernel_variants.inl"

namespace archipel::train {

TapSums sum_taps(const Window& window, const float* images) {
  const auto taps = std::size_t(window.channels) * 9;
  TapSums sums{.rows = window.outputs() / std::size_t(window.channels),
               .values = std::vector<double>(taps),
               .products = std::vector<double>(taps * taps)};
  ARCHIPEL_CHOSEN(sum_taps)(window, images, sums);
  for (std::size_t t = 0; t < taps; ++t)
    for (std::size_t u = 0; u < t; ++u) sums.products[t * taps + u] = sums.products[u * taps + t];
  return sums;
}

}   // namespace archipel::train

#else

namespace archipel::train::ARCHIPEL_VARIANT {

namespace {

#include "train/kernel_planes.inl"
#include "train/kernel_vectors.inl"

/// Adds to `sums` for the taps of rows `first` and `second` of the window, three each, of one image.
void add_products(const Planes& planes, const Window& w, int first, int second, TapSums& sums) {
  constexpr int lanes = 16, B = widest, V = lanes / B;   // as many sums, whatever the machine's vectors
  using Floats = typename Vectors<B>::Floats;
  Floats products[3][3][V] = {}, values[3][V] = {}, p[3], q[3];
  const auto row = [&](int number, int y) { return planes.at(number / 3, y + number % 3 - 1, -1); };
  for (int y = 0; y < w.height; ++y)
    for (int x = 0; x < w.width; x += lanes)
      for (int v = 0; v < V; ++v) {
        const int begin = x + v * B;
        typename Vectors<B>::Integers within;
        for (int i = 0; i < B; ++i) within[i] = begin + i < w.width ? -1 : 0;
        for (int i = 0; i < 3; ++i) {
          load(p[i], row(first, y) + begin + i);
          load(q[i], row(second, y) + begin + i);
          p[i] = within ? p[i] : Floats{};
          values[i][v] += p[i];
        }
        for (int i = 0; i < 3; ++i)
          for (int j = 0; j < 3; ++j) add_product(products[i][j][v], p[i], q[j]);
      }
  const std::size_t taps = sums.values.size();
  for (int i = 0; i < 3; ++i) {
    const std::size_t tap = std::size_t(3 * first + i);
    for (int lane = 0; lane < lanes; ++lane) {
      if (first == second) sums.values[tap] += values[i][lane / B][lane % B];
      for (int j = 0; j < 3; ++j)
        sums.products[tap * taps + std::size_t(3 * second + j)] += products[i][j][lane / B][lane % B];
    }
  }
}

}   // namespace

void sum_taps(const Window& w, const float* images, TapSums& sums) {
  Planes planes(w);
  for (int n = 0; n < w.images; ++n) {
    planes.load(images + std::size_t(n) * w.inputs() / w.images);
    for (int first = 0; first < 3 * w.channels; ++first)
      for (int second = first; second < 3 * w.channels; ++second) add_products(planes, w, first, second, sums);
  }
}

}   // namespace archipel::train::ARCHIPEL_VARIANT

#endif
