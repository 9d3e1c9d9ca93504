#pragma once

#include <bit>
#include <cstdint>

namespace archipel {

// As in portable_math.hpp: the same bits with every libm, compiler and instruction set.

/// e^x, accurate to about 1e-15; beyond +-700 that of +-700. Without branches and calls, so that loops over it become vector code.
inline double exp_portable(double x) {
  constexpr double rounding = 0x1.8p52;   // a sum with it is rounded to a whole number, which stands in its last bits
  x = x < -700 ? -700 : x;
  x = x > 700 ? 700 : x;
  const double shifted = x * 1.4426950408889634 + rounding, whole = shifted - rounding;
  const double y = (x - whole * 0x1.62e42fee00000p-1) - whole * 0x1.a39ef35793c76p-33;   // ln 2 in two parts
  double sum = 1.0 / 6227020800;
  sum = sum * y + 1.0 / 479001600;
  sum = sum * y + 1.0 / 39916800;
  sum = sum * y + 1.0 / 3628800;
  sum = sum * y + 1.0 / 362880;
  sum = sum * y + 1.0 / 40320;
  sum = sum * y + 1.0 / 5040;
  sum = sum * y + 1.0 / 720;
  sum = sum * y + 1.0 / 120;
  sum = sum * y + 1.0 / 24;
  sum = sum * y + 1.0 / 6;
  sum = sum * y + 0.5;
  sum = sum * y + 1;
  sum = sum * y + 1;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(sum) + (std::bit_cast<std::uint64_t>(shifted) << 52));
}

/// Density of the standard normal distribution.
inline double normal_density(double z) { return 0.3989422804014327 * exp_portable(-0.5 * z * z); }

/// For x >= 1: c in the continued fraction 1 / (x + c) of (1 - Phi(x)) / phi(x).
inline double mills_remainder(double x) {
  double tail = x;
  for (int k = 60; k > 1; --k) tail = x + k / tail;
  return 1 / tail;
}

/// Phi(z), the standard normal distribution function. Relative error below 1e-9.
inline double normal_cdf(double z) {
  if (z > 1.5) return 1 - normal_cdf(-z);
  if (z < -1.5) return normal_density(z) / (mills_remainder(-z) - z);
  double term = z, sum = z;
  for (int k = 3; k < 60; k += 2) sum += term *= z * z / k;
  return 0.5 + normal_density(z) * sum;
}

/// E[max(z + e, 0)] for a standard normal e: the expected improvement (Mockus 1975; Jones et al. 1998, J. Global Optimization 13)
/// in units of the deviation, for a mean z deviations above the best. Keeps its relative accuracy far below the best.
inline double expected_improvement(double z) {
  if (z > 1.5) return z + expected_improvement(-z);
  if (z >= -1.5) return z * normal_cdf(z) + normal_density(z);
  const double remainder = mills_remainder(-z);
  return normal_density(z) * remainder / (remainder - z);
}

}   // namespace archipel
