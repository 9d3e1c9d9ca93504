#include "train/kernels_direct.hpp"

#include "train/kernel_loops.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace archipel::train {

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4")
#define ARCHIPEL_FMA 16

namespace {

#include "train/kernel_vectors.inl"
#include "train/kernel_windows.inl"

constexpr int B = 8,
              V = direct_block / B;   // vectors of 8 floats waste nothing here, and run at the rate of longer ones
constexpr int inputs = 8;             // channels whose gradients of weights are summed at once
using Floats = Vectors<B>::Floats;

/// Adds what tap kx of one row of the window gives to `pixels` neighbouring outputs, but where it lies outside of the image.
template <int kernel, int pixels, bool first, bool last, int kx>
ARCHIPEL_INLINE void add_tap(const float* x, int channels, const float* weights, Floats (&sums)[pixels][V]) {
  constexpr int shift = kx - kernel / 2, begin = first ? std::max(0, -shift) : 0,
                end = last ? std::min(pixels, pixels - shift) : pixels;
  x += shift * channels;
  for (int c = 0; c < channels; ++c, weights += direct_block) {
    Floats factors[V];
    for (int v = 0; v < V; ++v) load(factors[v], weights + v * B);
#pragma GCC unroll 8
    for (int p = begin; p < end; ++p) {
      const auto value = x[p * channels + c] - Floats{};
      for (int v = 0; v < V; ++v) add_product(sums[p][v], value, factors[v]);
    }
  }
}

/// One block of channels of `pixels` neighbouring outputs, which are the `first` of their row, or the `last`; x: the input at the first.
template <int kernel, int pixels, bool first, bool last>
void outputs_of(const float* x, std::size_t row, Range taps, int channels, const float* weights, int outputs,
                float* y) {
  Floats sums[pixels][V] = {};
  for (int ky = taps.begin; ky < taps.end; ++ky)
    [&]<int... kx>(std::integer_sequence<int, kx...>) __attribute__((always_inline)) {
      (add_tap<kernel, pixels, first, last, kx>(x + (ky - kernel / 2) * std::ptrdiff_t(row), channels,
                                                weights + std::size_t(ky * kernel + kx) * channels * direct_block,
                                                sums),
       ...);
    }
  (std::make_integer_sequence<int, kernel>());
  for (int p = 0; p < pixels; ++p)
    for (int v = 0; v < V; ++v) store(sums[p][v], y + std::size_t(p) * outputs + v * B);
}

template <int kernel, int pixels>
void outputs_at(int place, int width, const float* x, std::size_t row, Range taps, int channels, const float* weights,
                int outputs, float* y) {
  const bool first = place == 0, last = place + pixels == width;
  const auto kernel_of = first
                             ? last ? &outputs_of<kernel, pixels, true, true> : &outputs_of<kernel, pixels, true, false>
                         : last ? &outputs_of<kernel, pixels, false, true>
                                : &outputs_of<kernel, pixels, false, false>;
  kernel_of(x + std::size_t(place) * channels, row, taps, channels, weights, outputs, y + std::size_t(place) * outputs);
}

/// One block of the channels of all outputs.
template <int kernel>
void block_of(const Window& w, const float* x, const float* weights, int outputs, float* y) {
  const std::size_t row = std::size_t(w.width) * w.channels;
  for (int n = 0; n < w.images; ++n)
    for (int i = 0; i < w.height; ++i, x += row, y += std::size_t(w.width) * outputs) {
      const Range taps{std::max(0, kernel / 2 - i), std::min(kernel, w.height + kernel / 2 - i)};
      for (int place = 0; place < w.width;)
        if ((w.width - place) % 4 != 0) {
          outputs_at<kernel, 7>(place, w.width, x, row, taps, w.channels, weights, outputs, y);
          place += 7;
        } else {
          outputs_at<kernel, 4>(place, w.width, x, row, taps, w.channels, weights, outputs, y);
          place += 4;
        }
    }
}

/// Gradient of the weights of one tap from `inputs` channels of x and direct_block of dy, of some images, added to sums [.., outputs].
void weights_of(const Window& w, int images, int ky, int kx, const float* x, const float* dy, int outputs,
                float* sums) {
  const int up = ky - w.kernel / 2, left = kx - w.kernel / 2;
  const Range rows{std::max(0, -up), std::min(w.height, w.height - up)},
      columns{std::max(0, -left), std::min(w.width, w.width - left)};
  Floats acc[inputs][V] = {};
  for (int n = 0; n < images; ++n)
    for (int i = rows.begin; i < rows.end; ++i) {
      const std::size_t at = std::size_t(n * w.height + i) * w.width + std::size_t(columns.begin);
      const float* source = x + std::ptrdiff_t(at) * w.channels + (std::ptrdiff_t(up) * w.width + left) * w.channels;
      const float* gradient = dy + at * outputs;
      for (int p = 0; p < columns.size(); ++p, source += w.channels, gradient += outputs) {
        Floats gradients[V];
        for (int v = 0; v < V; ++v) load(gradients[v], gradient + v * B);
#pragma GCC unroll 8
        for (int c = 0; c < inputs; ++c) {
          const auto value = source[c] - Floats{};
          for (int v = 0; v < V; ++v) add_product(acc[c][v], value, gradients[v]);
        }
      }
    }
  for (int c = 0; c < inputs; ++c)
    for (int v = 0; v < V; ++v) {
      Floats sum;
      load(sum, sums + std::size_t(c) * outputs + v * B);
      store(sum + acc[c][v], sums + std::size_t(c) * outputs + v * B);
    }
}

}   // namespace

void direct_forward(const Window& w, int outputs, const float* x, const float* weights, float* y) {
  for (int c = 0; c < outputs; c += direct_block, weights += w.kernel * w.kernel * w.channels * direct_block) {
    if (w.kernel == 3) block_of<3>(w, x, weights, outputs, y + c);
    else block_of<5>(w, x, weights, outputs, y + c);
  }
}

void direct_weights(const Window& w, int outputs, const float* x, const float* dy, float* dweights) {
  constexpr int enough = 256;   // pixels that are summed in registers
  const int pixels = w.height * w.width, group = std::max(1, enough / pixels);
  std::fill_n(dweights, std::size_t(w.kernel * w.kernel) * w.channels * outputs, 0.0f);
  for (int n = 0; n < w.images; n += group) {
    const int images = std::min(group, w.images - n);
    const std::size_t first = std::size_t(n) * pixels;
    for (int tap = 0; tap < w.kernel * w.kernel; ++tap)
      for (int i = 0; i < w.channels; i += inputs)
        for (int c = 0; c < outputs; c += direct_block)
          weights_of(w, images, tap / w.kernel, tap % w.kernel, x + first * w.channels + i, dy + first * outputs + c,
                     outputs, dweights + (std::size_t(tap) * w.channels + i) * outputs + c);
  }
}

#pragma GCC pop_options
#undef ARCHIPEL_FMA

#else

void direct_forward(const Window&, int, const float*, const float*, float*) {
  throw std::logic_error("no such kernel");
}
void direct_weights(const Window&, int, const float*, const float*, float*) {
  throw std::logic_error("no such kernel");
}

#endif

}   // namespace archipel::train
