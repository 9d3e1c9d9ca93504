#pragma once

#include <span>
#include <vector>

namespace archipel {

/// The mean of values, -infinity if there is none or one is that.
double mean_of(std::span<const double> values);

/// For each candidate, of which `values` were measured with noise (at least one, finite), the probability that its true value is the
/// largest: posterior under normal noise of one unknown deviation (flat prior for the values, 1 / deviation for that). Without any
/// difference between values of one candidate, equally best ones share it. Zeros if there is one value of each.
std::vector<double> probability_of_best(std::span<const std::vector<double>> values);

}   // namespace archipel
