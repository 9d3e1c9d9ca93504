#ifndef ARCHIPEL_VARIANT

#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#define ARCHIPEL_VARIANT_FILE "train/kernels_image.cpp"
#include "train/kernel_variants.hpp"

namespace archipel::train {

void image_convolution_forward(const Window& w, int outputs, const float* x, const float* weights, float* y) {
  ARCHIPEL_CHOSEN(image_convolution_forward)(w, outputs, x, weights, y);
}

void image_convolution_backward(const Window& w, int outputs, const float* x, const float* dy, float* dweights) {
  ARCHIPEL_CHOSEN(image_convolution_backward)(w, outputs, x, dy, dweights);
}

}   // namespace archipel::train

#else

namespace archipel::train::ARCHIPEL_VARIANT {

#include "train/kernel_vectors.inl"

namespace {

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

/// Calls body(row, number of its first output value) for every row of outputs.
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
           next);
  }
}

}   // namespace

void image_convolution_forward(const Window& w, int outputs, const float* x, const float* weights, float* y) {
  const int taps = w.channels * w.kernel * w.kernel;
  std::vector<float> by_tap(std::size_t(taps) * outputs);
  for (int t = 0; t < taps; ++t)
    for (int c = 0; c < outputs; ++c) by_tap[std::size_t(t) * outputs + c] = weights[std::size_t(c) * taps + t];
  for_rows(w, outputs, x, [&](const Row& row, std::size_t first) { image_row(row, by_tap.data(), y + first); });
}

void image_convolution_backward(const Window& w, int outputs, const float* x, const float* dy, float* dweights) {
  const int taps = w.channels * w.kernel * w.kernel;
  std::vector<float> sums(std::size_t(taps) * outputs);
  for_rows(w, outputs, x, [&](const Row& row, std::size_t first) { image_weight_row(row, dy + first, sums.data()); });
  for (int t = 0; t < taps; ++t)
    for (int c = 0; c < outputs; ++c) dweights[std::size_t(c) * taps + t] = sums[std::size_t(t) * outputs + c];
}

}   // namespace archipel::train::ARCHIPEL_VARIANT

#endif
