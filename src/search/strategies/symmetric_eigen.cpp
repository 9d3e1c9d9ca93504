#include "search/strategies/symmetric_eigen.hpp"

#include <cmath>

namespace archipel {
namespace {

constexpr int most_sweeps = 50;   // below 10 in practice

/// Rotates rows p and q of `m` by the angle with this cosine and sine.
void rotate(double* p, double* q, std::size_t n, double c, double s) {
  for (std::size_t k = 0; k < n; ++k) {
    const double a = p[k], b = q[k];
    p[k] = c * a - s * b;
    q[k] = s * a + c * b;
  }
}

}   // namespace

SymmetricEigen symmetric_eigen(std::vector<double> a, std::size_t n) {
  std::vector<double> rows(n * n, 0);   // eigenvectors
  for (std::size_t i = 0; i < n; ++i) rows[i * n + i] = 1;
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    bool rotated = false;
    for (std::size_t p = 0; p + 1 < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        const double off = a[p * n + q];
        if (std::fabs(off) <= 1e-16 * std::sqrt(std::fabs(a[p * n + p] * a[q * n + q]))) continue;
        rotated = true;
        const double theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
        const double t = (theta < 0 ? -1 : 1) / (std::fabs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1), s = t * c;
        rotate(&a[p * n], &a[q * n], n, c, s);
        for (std::size_t k = 0; k < n; ++k) rotate(&a[k * n + p], &a[k * n + q], 1, c, s);
        a[p * n + q] = a[q * n + p] = 0;
        rotate(&rows[p * n], &rows[q * n], n, c, s);
      }
    }
    if (!rotated) break;
  }
  SymmetricEigen result{.values = std::vector<double>(n), .vectors = std::vector<double>(n * n)};
  for (std::size_t i = 0; i < n; ++i) {
    result.values[i] = a[i * n + i];
    for (std::size_t k = 0; k < n; ++k) result.vectors[k * n + i] = rows[i * n + k];
  }
  return result;
}

}   // namespace archipel
