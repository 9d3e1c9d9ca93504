#pragma once

#include "io/shards.hpp"

#include <span>
#include <string>

namespace archipel::io {

/// Copies of shards in a folder, which is made if it is not there. Who reads them opens them while this lives. The copies have names
/// of their own, and are removed when this ends: open files are then still read, and vanish with their last reader, however it ends.
class StagedShards {
 public:
  /// A file of a shard's name and size that is in the folder already is taken instead of a copy if its content has the digest
  /// (ShardReader::digest_of), and stays. SystemError if there is no room; then nothing is left.
  StagedShards(const Shards& shards, std::span<const Digest> digests, std::string folder);
  ~StagedShards() { remove(); }
  StagedShards(const StagedShards&) = delete;
  StagedShards& operator=(const StagedShards&) = delete;

  const Shards& shards() const { return shards_; }
  std::int64_t bytes() const { return bytes_; }   // copied
  int found() const { return found_; }            // shards that were there

 private:
  void copy(const Shard& from, const std::string& to);
  void remove() noexcept;

  std::string folder_;
  bool made_folder_ = false;
  Shards shards_;
  std::vector<std::string> copies_;
  std::int64_t bytes_ = 0;
  int found_ = 0;
};

}   // namespace archipel::io
