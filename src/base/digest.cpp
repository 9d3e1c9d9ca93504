#define XXH_INLINE_ALL
#include "base/digest.hpp"

#include <xxhash.h>

#include <bit>

namespace archipel {

static_assert(std::endian::native == std::endian::little, "rows and digests are defined on little-endian machines");

std::string Digest::hex() const {
  constexpr char digits[] = "0123456789abcdef";
  std::string text(32, '0');
  for (int i = 0; i < 16; ++i) {
    text[15 - i] = digits[(high >> (4 * i)) & 15];
    text[31 - i] = digits[(low >> (4 * i)) & 15];
  }
  return text;
}

Digest digest_of(std::span<const std::byte> bytes) {
  const auto hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

Digest digest_of(std::string_view text) { return digest_of(std::as_bytes(std::span(text))); }

std::uint64_t checksum_of(std::span<const std::byte> bytes, std::uint64_t seed) {
  const auto hash = XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
  return hash == 0 ? 1 : hash;
}

struct alignas(64) Hasher::State {
  XXH3_state_t xxh;
};

Hasher::Hasher() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->xxh); }
Hasher::~Hasher() = default;

Hasher& Hasher::add(std::span<const std::byte> bytes) {
  XXH3_128bits_update(&state_->xxh, bytes.data(), bytes.size());
  return *this;
}

Hasher& Hasher::add(std::string_view text) {
  add(std::uint64_t{text.size()});
  return add(std::as_bytes(std::span(text)));
}

Digest Hasher::digest() const {
  const auto hash = XXH3_128bits_digest(&state_->xxh);
  return {hash.high64, hash.low64};
}

}   // namespace archipel
