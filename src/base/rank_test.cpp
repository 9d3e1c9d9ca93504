#include "base/rank_test.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace archipel {

RankTest compare_ranks(std::span<const double> first, std::span<const double> second) {
  std::vector<std::pair<double, bool>> all;   // value, whether of the first
  for (const double value : first) all.emplace_back(value, true);
  for (const double value : second) all.emplace_back(value, false);
  std::ranges::sort(all);
  const double n = double(first.size()), m = double(second.size()), total = n + m;
  double rank_sum = 0, ties = 0;
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    std::size_t of_first = 0;
    for (end = begin; end < all.size() && all[end].first == all[begin].first; ++end) of_first += all[end].second;
    const double size = double(end - begin);
    rank_sum += double(of_first) * (double(begin) + (size + 1) / 2);
    ties += size * size * size - size;
  }
  const double u = rank_sum - n * (n + 1) / 2, mean = n * m / 2;
  const double variance = n * m / 12 * (total + 1 - ties / (total * std::max(1.0, total - 1)));
  RankTest test{.superiority = u / (n * m)};
  const double distance = std::max(0.0, std::fabs(u - mean) - 0.5);
  if (variance > 0) test.p = std::erfc(distance / std::sqrt(2 * variance));
  return test;
}

std::vector<double> holm_corrected(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> corrected(p.size());
  double largest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    largest = std::max(largest, std::min(1.0, double(p.size() - k) * p[order[k]]));
    corrected[order[k]] = largest;
  }
  return corrected;
}

double quantile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  const double place = share * double(values.size() - 1);
  const auto below = std::size_t(place);
  if (place == double(below) || std::isinf(values[below])) return values[below];
  return values[below] + (place - double(below)) * (values[below + 1] - values[below]);
}

}   // namespace archipel
