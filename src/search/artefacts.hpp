#pragma once

#include "base/digest.hpp"

#include <cstddef>
#include <map>
#include <span>
#include <vector>

namespace archipel {

/// Port. Content that is too large for a row, named by its digest.
struct Artefacts {
  /// Durable when it returns: written, synced, renamed. Storing equal bytes twice is harmless.
  virtual Digest put(std::span<const std::byte> bytes) = 0;
  /// SystemError if absent or its content does not have this digest.
  virtual std::vector<std::byte> get(const Digest& digest) const = 0;
  /// Whether it is there with this digest.
  virtual bool holds(const Digest& digest) const = 0;
  virtual ~Artefacts() = default;
};

struct MemoryArtefacts : Artefacts {
  std::map<Digest, std::vector<std::byte>> contents;
  Digest put(std::span<const std::byte> bytes) override {
    const auto digest = digest_of(bytes);
    contents.try_emplace(digest, bytes.begin(), bytes.end());
    return digest;
  }
  std::vector<std::byte> get(const Digest& digest) const override { return contents.at(digest); }
  bool holds(const Digest& digest) const override { return contents.contains(digest); }
};

}   // namespace archipel
