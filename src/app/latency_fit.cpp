#include "app/latency_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace archipel::app {
namespace {

using Vector = std::array<double, 3>;

/// Least squares with the factors of `chosen` (bits), the others 0; not finite if the samples do not determine them.
Vector least_squares(std::span<const WorkSample> samples, unsigned chosen, const Vector& scale) {
  std::array<std::array<double, 4>, 3>
      m{};   // normal equations, right side last; an unused factor's row says that it is 0
  for (const auto& [work, time] : samples)
    for (std::size_t i = 0; i < 3; ++i) {
      if (!(chosen >> i & 1)) continue;
      for (std::size_t j = 0; j < 3; ++j)
        if (chosen >> j & 1) m[i][j] += work[i] / scale[i] / time * (work[j] / scale[j] / time);
      m[i][3] += work[i] / scale[i] / time;
    }
  for (std::size_t i = 0; i < 3; ++i)
    if (!(chosen >> i & 1)) m[i][i] = 1;
  const Vector diagonal{m[0][0], m[1][1], m[2][2]};
  for (std::size_t p = 0; p < 3; ++p)   // Gauss-Jordan: the matrix is positive definite, or pivots vanish
    for (std::size_t i = 0; i < 3; ++i) {
      if (i == p) continue;
      const double factor = m[p][p] > 1e-9 * diagonal[p] ? m[i][p] / m[p][p] : std::numeric_limits<double>::quiet_NaN();
      for (std::size_t j = p; j < 4; ++j) m[i][j] -= factor * m[p][j];
    }
  Vector factors;
  for (std::size_t i = 0; i < 3; ++i) factors[i] = m[i][3] / m[i][i] / scale[i];
  return factors;
}

std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t rank = 0; rank < order.size(); ++rank) ranks[order[rank]] = double(rank);
  return ranks;
}

}   // namespace

double time_of(const std::array<double, 3>& factors, const std::array<double, 3>& work) {
  return factors[0] * work[0] + factors[1] * work[1] + factors[2] * work[2];
}

std::array<double, 3> fit_work(std::span<const WorkSample> samples) {
  Vector scale{};
  for (const auto& sample : samples)
    for (std::size_t i = 0; i < 3; ++i) scale[i] = std::max(scale[i], sample.work[i]);
  for (auto& value : scale)
    if (value == 0) value = 1;
  Vector best{};
  double least = std::numeric_limits<double>::infinity();
  for (unsigned chosen = 1; chosen < 8; ++chosen) {   // the best of those without negative factors
    const auto factors = least_squares(samples, chosen, scale);
    if (!std::ranges::all_of(factors, [](double factor) { return factor >= 0; })) continue;
    double squares = 0;
    for (const auto& [work, time] : samples) squares += std::pow(time_of(factors, work) / time - 1, 2);
    if (squares < least) least = squares, best = factors;
  }
  return best;
}

double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto left = ranks_of(a), right = ranks_of(b);
  const double n = double(a.size());
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (left[i] - right[i]) * (left[i] - right[i]);
  return 1 - 6 * squares / (n * (n * n - 1));
}

}   // namespace archipel::app
