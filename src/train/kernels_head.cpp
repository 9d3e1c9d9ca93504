#include "search/portable_math.hpp"
#include "train/kernel_loops.hpp"
#include "train/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace archipel::train {
namespace {

constexpr double log2_of_e = 1.4426950408889634, ln_2 = 0.6931471805599453;

ARCHIPEL_KERNEL void add_two(const float* __restrict a, const float* __restrict b, std::size_t count, float* y) {
  for (std::size_t i = 0; i < count; ++i) y[i] = a[i] + b[i];
}

ARCHIPEL_KERNEL void add_three(const float* __restrict a, const float* __restrict b, const float* __restrict c,
                               std::size_t count, float* y) {
  for (std::size_t i = 0; i < count; ++i) y[i] = (a[i] + b[i]) + c[i];
}

ARCHIPEL_KERNEL void mean_of_pixels(const float* __restrict x, int pixels, int channels, float* __restrict y) {
  std::fill_n(y, channels, 0.0f);
  for (int p = 0; p < pixels; ++p)
    for (int c = 0; c < channels; ++c) y[c] += x[std::size_t(p) * channels + c];
  for (int c = 0; c < channels; ++c) y[c] /= float(pixels);
}

}   // namespace

void add(std::span<const float* const> terms, std::size_t count, float* y) {
  std::size_t next = 0;
  if (terms.size() % 2 == 0) add_two(terms[0], terms[1], count, y), next = 2;
  else add_three(terms[0], terms[1], terms[2], count, y), next = 3;
  for (; next < terms.size(); next += 2) add_three(y, terms[next], terms[next + 1], count, y);
}

void channel_means(const float* x, int images, int pixels, int channels, float* y) {
  for (int n = 0; n < images; ++n)
    mean_of_pixels(x + std::size_t(n) * pixels * channels, pixels, channels, y + std::size_t(n) * channels);
}

void channel_means_backward(const float* dy, const float* factors, int images, int pixels, int channels, float* dx) {
  std::vector<float> gradient(channels);
  for (int n = 0; n < images; ++n) {
    for (int c = 0; c < channels; ++c) {
      const std::size_t at = std::size_t(n) * channels + c;
      gradient[c] = dy[at] * (factors == nullptr ? 1.0f : factors[at]) / float(pixels);
    }
    for (int p = 0; p < pixels; ++p, dx += channels) std::copy(gradient.begin(), gradient.end(), dx);
  }
}

void classify(const float* features, int images, int inputs, int classes, const float* weights, const float* bias,
              float* logits) {
  for (int n = 0; n < images; ++n, features += inputs)
    for (int k = 0; k < classes; ++k) {
      float sums[8] = {};   // interleaved
      const float* row = weights + std::size_t(k) * inputs;
      for (int c = 0; c < inputs; ++c) sums[c % 8] += features[c] * row[c];
      *logits++ = bias[k] + (((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])));
    }
}

void classify_backward(const float* features, const float* dlogits, int images, int inputs, int classes,
                       const float* weights, float* dfeatures, float* dweights, float* dbias) {
  std::fill_n(dfeatures, std::size_t(images) * inputs, 0.0f);
  std::fill_n(dweights, std::size_t(classes) * inputs, 0.0f);
  std::fill_n(dbias, classes, 0.0f);
  for (int n = 0; n < images; ++n, features += inputs, dfeatures += inputs)
    for (int k = 0; k < classes; ++k) {
      const float gradient = *dlogits++;
      const float* row = weights + std::size_t(k) * inputs;
      float* drow = dweights + std::size_t(k) * inputs;
      dbias[k] += gradient;
      for (int c = 0; c < inputs; ++c) {
        dfeatures[c] += gradient * row[c];
        drow[c] += gradient * features[c];
      }
    }
}

float cross_entropy(const float* logits, const std::uint8_t* labels, int images, int classes, double smoothing,
                    float* dlogits) {
  std::vector<double> powers(classes);
  double loss = 0;
  for (int n = 0; n < images; ++n, logits += classes, dlogits += classes) {
    const double largest = *std::max_element(logits, logits + classes);
    double sum = 0, mean = 0;
    for (int k = 0; k < classes; ++k) mean += logits[k] / double(classes);
    if (!std::isfinite(mean)) {
      loss = std::numeric_limits<double>::quiet_NaN();
      std::fill_n(dlogits, classes, std::numeric_limits<float>::quiet_NaN());
      continue;
    }
    for (int k = 0; k < classes; ++k) {
      const double distance = logits[k] - largest;   // at most 0; less than 2^-700 is 0 beside the largest
      powers[k] = exp2_portable(std::max(distance * log2_of_e, -700.0));
      sum += powers[k];
    }
    const double log_sum = largest + ln_2 * log2_portable(sum);
    loss += log_sum - (1 - smoothing) * logits[labels[n]] - smoothing * mean;
    for (int k = 0; k < classes; ++k) {
      const double target = (k == labels[n] ? 1 - smoothing : 0.0) + smoothing / classes;
      dlogits[k] = float((powers[k] / sum - target) / images);
    }
  }
  return float(loss / images);
}

}   // namespace archipel::train
