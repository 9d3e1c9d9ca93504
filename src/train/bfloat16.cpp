#include "train/bfloat16.hpp"

#include "train/kernel_loops.hpp"

#include <bit>

namespace archipel::train {

ARCHIPEL_KERNEL void round_to_bfloat16(const float* __restrict x, std::size_t count, Bfloat16* __restrict y) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(x[i]);
    const bool no_number = (bits & 0x7fffffff) > 0x7f800000;   // whose fraction must not become 0, that of infinity
    y[i] = Bfloat16(no_number ? (bits >> 16) | 0x40 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
  }
}

}   // namespace archipel::train
