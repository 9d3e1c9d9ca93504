#pragma once

#include <Random123/philox.h>

#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace archipel {

/// What a stream of random numbers is for. Values are part of the results: append only.
enum class Purpose : std::uint16_t {
  ask = 1,
  repair,
  emigrate,
  immigrate,
  topology,
  reference_cost,
  validation_split,
  initialise,
  subset,
  shuffle,
  augment,
  dropout,
  function_cost,
  canary,
  survive,
  block_shuffle,
  window_shuffle,
  function_noise,
};

/// Counter-based random numbers (Philox4x32-10: Salmon et al., SC 2011). A stream is a pure function of its key
/// and of what it is for, so no generator state exists that would have to be sent or saved.
class Stream {
 public:
  /// `key`: the study's seed or an evaluation's key. `a`, `b`: for the search island and ask, for training epoch and sample.
  Stream(std::uint64_t key, Purpose purpose, std::uint32_t stage, std::uint32_t a, std::uint32_t b)
      : counter_{{0, b, a, stage << 16 | std::uint32_t(purpose)}},
        key_{{std::uint32_t(key), std::uint32_t(key >> 32)}} {}

  std::uint32_t next() {
    if (used_ == 4) {
      block_ = philox_(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return block_[used_++];
  }
  /// Uniform in [0, bound); bound > 0. Bias below bound / 2^32.
  std::uint32_t below(std::uint32_t bound) { return std::uint32_t(std::uint64_t{next()} * bound >> 32); }
  /// Uniform in [0, 1), 53 bits.
  double unit() {
    const std::uint64_t high = next() >> 5, low = next() >> 6;
    return double(high << 26 | low) * 0x1p-53;
  }
  bool chance(double probability) { return unit() < probability; }
  /// Mean 0, variance 1, in (-6, 6): twelve uniforms less six. Additions only, hence the same bits with every libm.
  double normal() {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += unit();
    return sum;
  }
  /// Fisher-Yates.
  template <class T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(std::uint32_t(i))]);
  }

 private:
  using Philox = r123::Philox4x32;
  static inline Philox philox_;
  Philox::ctr_type counter_;
  Philox::key_type key_;
  Philox::ctr_type block_{};
  int used_ = 4;
};

}   // namespace archipel
