#include "train/optimiser.hpp"

#include "train/kernel_loops.hpp"

#include <cmath>

namespace archipel::train {
namespace {

ARCHIPEL_KERNEL void scale(float* values, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) values[i] *= factor;
}

ARCHIPEL_KERNEL void nesterov(float* p, const float* g, float* velocity, std::size_t count, float rate, float momentum,
                              float decay) {
  for (std::size_t i = 0; i < count; ++i) {
    const float gradient = g[i] + decay * p[i];
    velocity[i] = momentum * velocity[i] + gradient;
    p[i] -= rate * (gradient + momentum * velocity[i]);
  }
}

struct AdamRates {
  float rate, momentum, decay, correction1, correction2;
};

ARCHIPEL_KERNEL void adam(float* p, const float* g, float* first, float* second, std::size_t count, AdamRates r) {
  for (std::size_t i = 0; i < count; ++i) {
    first[i] = r.momentum * first[i] + (1 - r.momentum) * g[i];
    second[i] = 0.999f * second[i] + 0.001f * (g[i] * g[i]);
    p[i] -= r.rate * (first[i] * r.correction1 / (std::sqrt(second[i] * r.correction2) + 1e-8f) + r.decay * p[i]);
  }
}

/// In double precision, in blocks of eight interleaved sums.
double norm_of(std::span<const float> values) {
  double sums[8] = {};
  for (std::size_t i = 0; i < values.size(); ++i) sums[i % 8] += double(values[i]) * double(values[i]);
  double sum = 0;
  for (const double part : sums) sum += part;
  return std::sqrt(sum);
}

}   // namespace

OptimiserState Optimiser::fresh(std::size_t parameters) const {
  return {.first = std::vector<float>(parameters),
          .second = std::vector<float>(settings_.optimiser == "adamw" ? parameters : 0)};
}

void Optimiser::step(OptimiserState& state, std::span<float> parameters, std::span<float> gradient, double factor,
                     double learning_rate) const {
  if (settings_.clip > 0)
    if (const double norm = norm_of(gradient) * factor; norm > settings_.clip) factor *= settings_.clip / norm;
  scale(gradient.data(), gradient.size(), float(factor));

  const auto range = [&](std::size_t begin, std::size_t end, double decay) {
    float *p = parameters.data() + begin, *g = gradient.data() + begin, *first = state.first.data() + begin;
    if (settings_.optimiser == "adamw") {
      const AdamRates rates{float(learning_rate), float(settings_.momentum), float(decay),
                            float(1 / (1 - state.power1)), float(1 / (1 - state.power2))};
      adam(p, g, first, state.second.data() + begin, end - begin, rates);
    } else {
      nesterov(p, g, first, end - begin, float(learning_rate), float(settings_.momentum), float(decay));
    }
  };
  state.power1 *= settings_.momentum;
  state.power2 *= 0.999;
  range(0, decayed_, settings_.weight_decay);
  range(decayed_, parameters.size(), 0);
}

}   // namespace archipel::train
