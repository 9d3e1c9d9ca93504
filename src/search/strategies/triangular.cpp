#include "search/strategies/triangular.hpp"

#include "search/portable_math.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace archipel {

double dot(const double* a, const double* b, std::size_t count) {
  std::array<double, 4> sums{};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::size_t k = 0; k < 4; ++k) sums[k] += a[i + k] * b[i + k];
  }
  double sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  for (; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

void Triangular::append(std::span<const double> values, double diagonal, double least) {
  assert(size_ < capacity_ && values.size() == size_);
  double* target = rows_.data() + size_ * capacity_;
  std::ranges::copy(values, target);
  solve({target, size_});
  target[size_] = std::sqrt(std::max(diagonal - dot(target, target, size_), least));
  ++size_;
}

void Triangular::solve(std::span<double> b) const {
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = (b[i] - dot(row(i), b.data(), i)) / row(i)[i];
}

void Triangular::solve_transposed(std::span<double> b) const {
  for (std::size_t i = b.size(); i-- > 0;) {
    const double* left = row(i);
    const double x = b[i] /= left[i];
    for (std::size_t j = 0; j < i; ++j) b[j] -= x * left[j];
  }
}

void Triangular::squared_lengths(std::span<double> columns, std::span<double, lanes> sums) const {
  std::array<double, lanes> squares{};
  for (std::size_t i = 0; i < size_; ++i) {
    const double* left = row(i);
    std::array<double, lanes> rest;
    std::copy_n(columns.data() + i * lanes, lanes, rest.data());
    for (std::size_t j = 0; j < i; ++j) {
      const double* above = columns.data() + j * lanes;
      for (std::size_t c = 0; c < lanes; ++c) rest[c] -= left[j] * above[c];
    }
    for (std::size_t c = 0; c < lanes; ++c) {
      rest[c] /= left[i];
      squares[c] += rest[c] * rest[c];
    }
    std::ranges::copy(rest, columns.data() + i * lanes);
  }
  std::ranges::copy(squares, sums.begin());
}

std::vector<double> Triangular::inverse() const {
  const auto n = size_;
  std::vector<double> of_factor(n * n, 0.0), result(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    double* target = of_factor.data() + i * n;
    target[i] = 1;
    for (std::size_t k = 0; k < i; ++k) {
      const double* above = of_factor.data() + k * n;
      const double factor = row(i)[k];
      for (std::size_t j = 0; j <= k; ++j) target[j] -= factor * above[j];
    }
    for (std::size_t j = 0; j <= i; ++j) target[j] /= row(i)[i];
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double* source = of_factor.data() + k * n;
    for (std::size_t i = 0; i <= k; ++i) {
      double* target = result.data() + i * n;
      for (std::size_t j = 0; j <= i; ++j) target[j] += source[i] * source[j];
    }
  }
  return result;
}

double Triangular::log_determinant() const {
  double sum = 0;
  for (std::size_t i = 0; i < size_; ++i) sum += log2_portable(row(i)[i]);
  return 2 * 0.6931471805599453 * sum;
}

}   // namespace archipel
