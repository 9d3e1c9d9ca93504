#include "search/strategies/likelihood.hpp"

#include "search/portable_math.hpp"
#include "search/portable_normal.hpp"
#include "search/strategies/triangular.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace archipel {
namespace {

struct Prior {
  double median, deviation;   // of the logarithm
  double log_density(double x) const { return -0.5 * (x - median) * (x - median) / (deviation * deviation); }
  double slope(double x) const { return -(x - median) / (deviation * deviation); }
};

/// Log posterior density of log(weights) and log(noise), the last parameter, and its gradient.
class Objective {
 public:
  Objective(const Encoder& encoder, std::span<const Features> points, std::span<const double> targets)
      : blocks_(encoder.blocks()),
        targets_(targets),
        weight_{natural_log(2.0 / double(std::max<std::size_t>(1, encoder.blocks()))), 1.5},
        factor_(points.size()),
        squared_(points.size() * (points.size() + 1) / 2) {
    distances_.resize(blocks_ * squared_.size());
    std::vector<double> of_pair(blocks_);
    std::size_t pair = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      for (std::size_t j = 0; j <= i; ++j, ++pair) {
        block_distances(encoder, points[i], points[j], of_pair);
        for (std::size_t b = 0; b < blocks_; ++b) distances_[b * squared_.size() + pair] = of_pair[b];
      }
    }
  }

  std::size_t parameters() const { return blocks_ + 1; }
  const Prior& prior(std::size_t parameter) const { return parameter < blocks_ ? weight_ : noise_; }

  double value(std::span<const double> logs, std::span<double> gradient) {
    const auto n = targets_.size(), pairs = squared_.size();
    std::ranges::fill(squared_, 0);
    for (std::size_t b = 0; b < blocks_; ++b) {
      const double weight = exp_portable(logs[b]);
      const double* distances = distances_.data() + b * pairs;
      for (std::size_t p = 0; p < pairs; ++p) squared_[p] += weight * distances[p];
    }
    std::vector<double> covariances(pairs), slopes(pairs);
    for (std::size_t p = 0; p < pairs; ++p) {
      const double r = std::sqrt(5 * squared_[p]), decay = exp_portable(-r);
      covariances[p] = (1 + r + r * r * (1.0 / 3)) * decay;
      slopes[p] = -5.0 / 6 * (1 + r) * decay;
    }
    const double noise = exp_portable(logs[blocks_]);
    factor_.clear();
    for (std::size_t i = 0; i < n; ++i) {
      const double* row = covariances.data() + i * (i + 1) / 2;
      factor_.append({row, i}, row[i] + noise);
    }
    std::vector<double> alpha(targets_.begin(), targets_.end());
    factor_.solve(alpha);
    const double signal = std::max(dot(alpha.data(), alpha.data(), n) / double(n), 1e-12);   // variance
    factor_.solve_transposed(alpha);
    const auto inverse = factor_.inverse();

    // Half of (alpha alpha' / signal - inverse), off the diagonal doubled: what a change of the matrix is worth.
    std::vector<double> worth(pairs);
    double of_noise = 0;
    std::size_t pair = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < i; ++j, ++pair) worth[pair] = alpha[i] * alpha[j] / signal - inverse[i * n + j];
      worth[pair] = 0.5 * (alpha[i] * alpha[i] / signal - inverse[i * n + i]);
      of_noise += worth[pair++];
    }
    for (std::size_t p = 0; p < pairs; ++p) worth[p] *= slopes[p];
    for (std::size_t b = 0; b < blocks_; ++b)
      gradient[b] = exp_portable(logs[b]) * dot(worth.data(), distances_.data() + b * pairs, pairs);
    gradient[blocks_] = noise * of_noise;

    double sum = -0.5 * (double(n) * natural_log(signal) + factor_.log_determinant());
    for (std::size_t k = 0; k <= blocks_; ++k) {
      sum += prior(k).log_density(logs[k]);
      gradient[k] += prior(k).slope(logs[k]);
    }
    return sum;
  }

 private:
  std::size_t blocks_;
  std::span<const double> targets_;
  Prior weight_, noise_{-6.9, 2};   // noise about 1e-3
  Triangular factor_;
  std::vector<double> squared_;     // [pair]: (i, j <= i), row by row
  std::vector<double> distances_;   // [block, pair]
};

}   // namespace

Kernel fitted(const Encoder& encoder, std::span<const Features> points, std::span<const double> targets,
              const Kernel& start, int steps) {
  Objective objective(encoder, points, targets);
  const auto count = objective.parameters();
  std::vector<double> logs(count), gradient(count), before(count, 0.0), step(count, 0.3);
  for (std::size_t k = 0; k < count; ++k) logs[k] = objective.prior(k).median;
  if (!start.weights.empty()) {
    for (std::size_t k = 0; k + 1 < count; ++k) logs[k] = natural_log(start.weights[k]);
    logs.back() = natural_log(start.noise);
  }
  auto best = logs;
  double highest = -std::numeric_limits<double>::infinity();
  for (int i = 0; i <= steps; ++i) {
    const double value = objective.value(logs, gradient);
    if (value > highest) {
      highest = value;
      best = logs;
    }
    for (std::size_t k = 0; k < count; ++k) {
      const double agreement = gradient[k] * before[k];
      if (agreement > 0) step[k] = std::min(step[k] * 1.2, 1.0);
      if (agreement < 0) {
        step[k] *= 0.5;
        gradient[k] = 0;
      }
      before[k] = gradient[k];
      if (gradient[k] != 0) logs[k] += gradient[k] > 0 ? step[k] : -step[k];
      const auto& prior = objective.prior(k);
      logs[k] = std::clamp(logs[k], prior.median - 4 * prior.deviation, prior.median + 4 * prior.deviation);
    }
  }
  Kernel kernel;
  for (std::size_t k = 0; k + 1 < count; ++k) kernel.weights.push_back(exp_portable(best[k]));
  kernel.noise = exp_portable(best.back());
  return kernel;
}

}   // namespace archipel
