#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace archipel {

/// 128-bit content digest (XXH3-128). Names artefacts, keys evaluations. All zero means "none".
struct Digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Digest&) const = default;
  explicit operator bool() const { return high != 0 || low != 0; }
  std::string hex() const;   // 32 lower-case digits
};

Digest digest_of(std::span<const std::byte> bytes);
Digest digest_of(std::string_view text);

/// XXH3-64 of `bytes`, never zero (zero marks an unwritten record): a zero hash becomes 1.
std::uint64_t checksum_of(std::span<const std::byte> bytes, std::uint64_t seed = 0);

/// Digest of a sequence of values. Fixed-size values are hashed as their bytes (little-endian machines only),
/// texts with their length, so that ("ab", "c") and ("a", "bc") differ.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& add(std::span<const std::byte> bytes);
  Hasher& add(std::string_view text);
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T> Hasher& add(T value) {
    return add(std::as_bytes(std::span(&value, 1)));
  }
  Hasher& add(const Digest& digest) { return add(digest.high).add(digest.low); }
  Digest digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}   // namespace archipel
