#pragma once

#include <array>
#include <span>
#include <vector>

namespace archipel::app {

/// What a layer does (work_of in train/latency.hpp) and how long it takes.
struct WorkSample {
  std::array<double, 3> work;
  double time;   // above 0
};

/// Factors of the work, none of them negative, with the least sum of squares of relative errors. At least one sample.
std::array<double, 3> fit_work(std::span<const WorkSample> samples);
double time_of(const std::array<double, 3>& factors, const std::array<double, 3>& work);

/// Spearman's, of values without ties (with some, they count in their order).
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b);

}   // namespace archipel::app
