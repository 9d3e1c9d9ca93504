#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace archipel {

/// Cholesky factor of a symmetric positive definite matrix that grows by a row at a time. Sums have a fixed order, whatever
/// the compiler and the instruction set: those of linear algebra libraries depend on the width of vectors and the size of caches.
class Triangular {
 public:
  /// For at most `capacity` rows.
  explicit Triangular(std::size_t capacity) : capacity_(capacity), rows_(capacity * capacity) {}

  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }
  void shrink(std::size_t size) { size_ = size; }   // the first rows stay as they are
  /// Adds the matrix's row `values` (left of the diagonal) and its `diagonal`. One that rounding made less than `least` counts as it.
  void append(std::span<const double> values, double diagonal, double least = 1e-10);

  /// L x = b and transposed(L) x = b, in place.
  void solve(std::span<double> b) const;
  void solve_transposed(std::span<double> b) const;
  /// Sums of the squares of the columns of inverse(L) B. `columns`: B, [row, lanes], destroyed.
  static constexpr std::size_t lanes = 16;
  void squared_lengths(std::span<double> columns, std::span<double, lanes> sums) const;
  /// The lower half of the inverse of the matrix: [row, size()].
  std::vector<double> inverse() const;
  /// Natural logarithm of the determinant of the matrix.
  double log_determinant() const;

 private:
  const double* row(std::size_t i) const { return rows_.data() + i * capacity_; }

  std::size_t capacity_, size_ = 0;
  std::vector<double> rows_;   // [capacity, capacity]; left of and on the diagonal
};

/// Sum of the products, as four sums side by side.
double dot(const double* a, const double* b, std::size_t count);

}   // namespace archipel
