#include "search/strategies/posterior.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace archipel {

Posterior::Posterior(const Encoder& encoder, std::size_t capacity)
    : encoder_(encoder), points_(encoder), factor_(capacity) {}

void Posterior::restart(Kernel kernel) {
  kernel_ = std::move(kernel);
  points_.shrink(0);
  factor_.clear();
  alpha_.clear();
}

void Posterior::add(Features features) {
  std::vector<double> row(points_.size());
  points_.covariances(features, kernel_, row);
  factor_.append(row, 1 + kernel_.noise);
  points_.add(std::move(features));
}

void Posterior::shrink(std::size_t size) {
  points_.shrink(size);
  factor_.shrink(size);
}

void Posterior::learn(std::span<const double> targets) {
  alpha_.assign(targets.begin(), targets.end());
  factor_.solve(alpha_);
  signal_ = std::max(dot(alpha_.data(), alpha_.data(), alpha_.size()) / double(alpha_.size()), 1e-12);
  factor_.solve_transposed(alpha_);
}

void Posterior::predict(std::span<const Features> at, std::span<double> means, std::span<double> deviations) const {
  constexpr auto lanes = Triangular::lanes;
  const auto count = points_.size();
  std::vector<double> row(count), columns(count * lanes);
  std::array<double, lanes> squares{};
  for (std::size_t first = 0; first < at.size(); first += lanes) {
    const auto used = std::min(lanes, at.size() - first);
    for (std::size_t lane = 0; lane < used; ++lane) {
      points_.covariances(at[first + lane], kernel_, row);
      means[first + lane] = dot(row.data(), alpha_.data(), alpha_.size());
      for (std::size_t i = 0; i < count; ++i) columns[i * lanes + lane] = row[i];
    }
    factor_.squared_lengths(columns, squares);
    for (std::size_t lane = 0; lane < used; ++lane)
      deviations[first + lane] = std::sqrt(signal_ * std::max(1 - squares[lane], 1e-12));
  }
}

}   // namespace archipel
