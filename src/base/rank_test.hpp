#pragma once

#include <span>
#include <vector>

namespace archipel {

/// Two samples compared by ranks (Mann & Whitney 1947, Annals of Mathematical Statistics 18).
struct RankTest {
  double superiority =
      0.5;   // probability that a value of the first exceeds one of the second, ties half (Vargha & Delaney 2000)
  double p =
      1;   // two-sided, by the normal approximation with correction for ties and continuity: from about 8 values each
};
/// Both samples have values, none of them NaN.
RankTest compare_ranks(std::span<const double> first, std::span<const double> second);

/// p-values of tests made together, corrected (Holm 1979, Scandinavian Journal of Statistics 6); same order.
std::vector<double> holm_corrected(std::span<const double> p);

/// Quantile 0 <= share <= 1 of at least one value, linear between order statistics.
double quantile(std::vector<double> values, double share);

}   // namespace archipel
