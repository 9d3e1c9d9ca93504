#include "search/best_probability.hpp"

#include "search/portable_math.hpp"
#include "search/portable_normal.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace archipel {
namespace {

struct Measured {
  double mean, root;   // of the number of values
};

/// The same for a known deviation, by the trapezoid rule over the largest value.
void add_for(double deviation, double weight, std::span<const Measured> candidates, std::vector<double>& sums) {
  const auto count = candidates.size();
  const auto [least, most] = std::ranges::minmax_element(candidates, {}, &Measured::root);
  const double best = std::ranges::max_element(candidates, {}, &Measured::mean)->mean;
  const double reach = 8 * deviation / least->root, step = deviation / most->root / 4;
  const int steps = int(std::ceil(reach / step));
  std::vector<double> below(count), after(count + 1);
  for (int k = -steps; k <= steps; ++k) {
    const double x = best + k * step;
    for (std::size_t i = 0; i < count; ++i)
      below[i] = normal_cdf((x - candidates[i].mean) / deviation * candidates[i].root);
    after[count] = 1;
    for (auto i = count; i-- > 0;) after[i] = after[i + 1] * below[i];
    double before = weight;
    for (std::size_t i = 0; i < count; ++i) {
      const double scale = candidates[i].root / deviation;
      sums[i] += before * after[i + 1] * step * scale * normal_density((x - candidates[i].mean) * scale);
      before *= below[i];
    }
  }
}

}   // namespace

double mean_of(std::span<const double> values) {
  if (values.empty()) return -std::numeric_limits<double>::infinity();
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / double(values.size());
}

std::vector<double> probability_of_best(std::span<const std::vector<double>> values) {
  std::vector<double> sums(values.size());
  std::vector<Measured> candidates;
  double squares = 0;
  int freedom = 0;
  for (const auto& each : values) {
    const double mean = mean_of(each);
    candidates.push_back({mean, std::sqrt(double(each.size()))});
    for (const double value : each) squares += (value - mean) * (value - mean);
    freedom += int(each.size()) - 1;
  }
  if (freedom == 0) return sums;
  if (squares <= 0) {
    const double best = std::ranges::max_element(candidates, {}, &Measured::mean)->mean;
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = candidates[i].mean == best;
  } else {
    // Over the logarithm of the deviation, in units of the estimate: density r^-freedom exp(-freedom / (2 r^2)).
    const double estimate = std::sqrt(squares / freedom);
    for (double exponent = -3; exponent <= 9; exponent += 0.125) {
      const double ratio = exp2_portable(exponent);
      const double weight = exp_portable(-freedom * (natural_log(ratio) + (1 / (ratio * ratio) - 1) / 2));
      if (weight > 1e-12) add_for(estimate * ratio, weight, candidates, sums);
    }
  }
  double total = 0;
  for (const double sum : sums) total += sum;
  for (double& sum : sums) sum /= total;
  return sums;
}

}   // namespace archipel
