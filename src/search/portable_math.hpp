#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace archipel {

// Elementary functions made of exactly rounded operations only (and -ffp-contract=off), so that they give the same bits
// with every libm, compiler and instruction set. Accurate to about 1e-15.

/// cos(2 pi x).
inline double cos_turns(double x) {
  double f = std::fabs(x - std::floor(x + 0.5));   // in [0, 1/2]; the subtraction is exact for |x| < 2^51
  const bool negative = f > 0.25;
  if (negative) f = 0.5 - f;
  const double angle = 6.283185307179586 * f, y = -(angle * angle);
  double sum = 1;
  for (int k = 11; k > 0; --k) sum = 1 + sum * y / double(2 * k * (2 * k - 1));
  return negative ? -sum : sum;
}

/// Base-2 logarithm of a positive, finite x.
inline double log2_portable(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);   // in [1/2, 1)
  if (m < 0.7071067811865476) m *= 2, --exponent;
  const double s = (m - 1) / (m + 1), y = s * s;   // ln m = 2 atanh s
  double sum = 0;
  for (int k = 12; k >= 0; --k) sum = sum * y + 1 / double(2 * k + 1);
  return exponent + 2 * s * sum * 1.4426950408889634;
}

/// Natural logarithm of a positive, finite x.
inline double natural_log(double x) { return log2_portable(x) * 0.6931471805599453; }

/// 2^x for |x| < 1000.
inline double exp2_portable(double x) {
  const double whole = std::floor(x + 0.5), y = (x - whole) * 0.6931471805599453;
  double sum = 1;
  for (int k = 15; k > 0; --k) sum = 1 + sum * y / k;
  return std::ldexp(sum, int(whole));
}

/// x with the 24 significant bits that a float has, rounded to even, but in the whole range of double.
inline double in_float_precision(double x) {
  int exponent = 0;
  const double m = std::frexp(x, &exponent);   // x itself if it is 0 or infinite
  return std::isfinite(x) ? std::ldexp(std::nearbyint(m * 0x1p24), exponent - 24) : x;
}

/// exp(-x) for x in [0, 600], to about 1e-14: without divisions, for loops over many values.
inline double decay_portable(double x) {
  static constexpr auto factorials = [] {   // of the inverse
    std::array<double, 14> inverse{1};
    for (std::size_t k = 1; k < inverse.size(); ++k) inverse[k] = inverse[k - 1] / double(k);
    return inverse;
  }();
  const double turns = x * -1.4426950408889634, whole = double(int(turns - 0.5)),
               y = (turns - whole) * 0.6931471805599453;
  double sum = factorials.back();
  for (std::size_t k = factorials.size() - 1; k-- > 0;) sum = factorials[k] + sum * y;
  return sum * std::bit_cast<double>(std::uint64_t(1023 + std::int64_t(whole)) << 52);
}

/// The logistic function 1 / (1 + exp(-x)) and the hyperbolic tangent, of any finite x.
inline double logistic(double x) {
  const double e = decay_portable(std::fmin(std::fabs(x), 600.0));
  return (x < 0 ? e : 1) / (1 + e);
}
inline double tanh_portable(double x) { return 2 * logistic(2 * x) - 1; }

}   // namespace archipel
