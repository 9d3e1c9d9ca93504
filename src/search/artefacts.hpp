#pragma once

#include "base/digest.hpp"

#include <cstddef>
#include <map>
#include <optional>
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

/// Port. The states of evaluations that are not finished, by their key, so that another start goes on where they were.
struct Checkpoints {
  /// Durable when it returns, in place of an earlier one.
  virtual void keep(const Digest& key, std::span<const std::byte> state) = 0;
  /// Nothing if there is none that holds.
  virtual std::optional<std::vector<std::byte>> find(const Digest& key) = 0;
  /// Whether this process has kept or found one that it has not dropped.
  virtual bool has(const Digest& key) const = 0;
  /// When the evaluation's row is durable.
  virtual void drop(const Digest& key) = 0;
  virtual ~Checkpoints() = default;
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

struct MemoryCheckpoints : Checkpoints {
  std::map<Digest, std::vector<std::byte>> states;
  void keep(const Digest& key, std::span<const std::byte> state) override {
    states[key] = {state.begin(), state.end()};
  }
  std::optional<std::vector<std::byte>> find(const Digest& key) override {
    const auto found = states.find(key);
    return found == states.end() ? std::nullopt : std::optional(found->second);
  }
  bool has(const Digest& key) const override { return states.contains(key); }
  void drop(const Digest& key) override { states.erase(key); }
};

}   // namespace archipel
