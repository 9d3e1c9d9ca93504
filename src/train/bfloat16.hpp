#pragma once

#include <cstddef>
#include <cstdint>

namespace archipel::train {

enum class Precision { float32, bfloat16 };

/// The upper half of a float's bits: sign, exponent and 7 bits of the fraction.
enum class Bfloat16 : std::uint16_t {};

/// y = x rounded to the nearest, of two equally near ones to the even one.
void round_to_bfloat16(const float* x, std::size_t count, Bfloat16* y);

}   // namespace archipel::train
