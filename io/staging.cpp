#include "io/staging.hpp"

#include "base/error.hpp"
#include "io/file_system.hpp"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace archipel::io {
namespace {

/// Digest of a copy of shard number `file`.
Digest digest_at(const Shards& shards, std::size_t file, const std::string& path) {
  Shards one = shards;
  one.files = {shards.files[file]};
  one.files[0].path = path;
  return ShardReader(std::move(one)).digest_of(0);
}

}   // namespace

StagedShards::StagedShards(const Shards& shards, std::span<const Digest> digests, std::string folder)
    : folder_(std::move(folder)), shards_(shards) {
  try {
    std::error_code code;
    made_folder_ = std::filesystem::create_directories(folder_, code);
    if (code) throw SystemError("mkdir(" + folder_ + "): " + code.message());
    for (std::size_t file = 0; file < shards.files.size(); ++file) {
      const auto& from = shards.files[file];
      const auto name = (folder_ / std::filesystem::path(from.path).filename()).string();
      auto& staged = shards_.files[file].path;
      std::error_code absent;
      if (std::filesystem::file_size(name, absent) == std::uintmax_t(from.size) && !absent &&
          digest_at(shards, file, name) == digests[file]) {
        staged = name;
        ++found_;
        continue;
      }
      staged = temporary_name(name);
      copy(from, staged);
      if (digest_at(shards, file, staged) != digests[file])
        throw SystemError(staged + ": the copy of " + from.path + " differs from it");
    }
  } catch (const SystemError& error) {
    remove();
    std::int64_t needed = 0;
    for (const auto& file : shards.files) needed += file.size;
    throw SystemError("run.stage_directory: " + std::string(error.what()) + "; the shards take " +
                      std::to_string(needed) + " bytes there");
  } catch (...) {
    remove();
    throw;
  }
}

void StagedShards::copy(const Shard& from, const std::string& to) {
  const Descriptor source(from.path, O_RDONLY);
  Descriptor target(to, O_WRONLY | O_CREAT | O_EXCL);
  copies_.push_back(to);
  std::vector<std::byte> block(std::size_t{4} << 20);
  for (std::int64_t at = 0; at < from.size;) {
    const auto part = std::span(block).first(std::size_t(std::min(std::int64_t(block.size()), from.size - at)));
    if (source.read_at(part, at) != part.size()) throw SystemError(from.path + ": became shorter after it was opened");
    target.write_at(part, at);
    at += std::int64_t(part.size());
  }
  target.sync();
  target.close();
  bytes_ += from.size;
}

void StagedShards::remove() noexcept {
  std::error_code ignored;   // what cannot be removed was removed by somebody else
  for (const auto& path : copies_) std::filesystem::remove(path, ignored);
  copies_.clear();
  if (std::exchange(made_folder_, false)) std::filesystem::remove(folder_, ignored);   // if it is empty
}

}   // namespace archipel::io
