#include "io/shards.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <numeric>
#include <sstream>
#include <utility>

namespace archipel::io {
namespace {

constexpr std::int64_t largest_gap = 64 << 10, largest_read = 1 << 20;   // bytes

/// Lets this process have `count` more files open, where the system allows it.
void allow_open_files(std::size_t count) {
  constexpr rlim_t others = 256;   // of this process
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t needed = count + others;
  if (limit.rlim_cur >= needed) return;
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  if (limit.rlim_cur < needed || ::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    throw InputError(std::to_string(count) + " shards: this system lets a process have " +
                     std::to_string(limit.rlim_max) + " files open (ulimit -Hn); write fewer, larger shards");
}

}   // namespace

int Shards::count() const {
  return int(std::accumulate(files.begin(), files.end(), std::int64_t{0},
                             [](std::int64_t sum, const Shard& shard) { return sum + shard.count; }));
}

std::string Shards::to_text() const {
  std::ostringstream text;
  text << channels << ' ' << height << ' ' << width << ' ' << files.size();
  for (const auto& file : files)
    text << ' ' << file.count << ' ' << file.images_at << ' ' << file.labels_at << ' ' << file.size << ' '
         << file.path.size() << ' ' << file.path;
  return std::move(text).str();
}

Shards Shards::from_text(const std::string& text) {
  std::istringstream in(text);
  Shards shards;
  std::size_t count = 0, length = 0;
  in >> shards.channels >> shards.height >> shards.width >> count;
  shards.files.resize(count);
  for (auto& file : shards.files) {
    in >> file.count >> file.images_at >> file.labels_at >> file.size >> length;
    file.path.resize(length);
    in.get();
    in.read(file.path.data(), std::streamsize(length));
  }
  return shards;
}

ShardReader::ShardReader(Shards shards) : shards_(std::move(shards)), first_{0} {
  allow_open_files(shards_.files.size());
  for (const auto& file : shards_.files) {
    files_.emplace_back(file.path, O_RDONLY);
    first_.push_back(first_.back() + file.count);
  }
}

void ShardReader::read(std::size_t file, std::int64_t at, std::span<std::uint8_t> bytes) const {
  if (files_[file].read_at(std::as_writable_bytes(bytes), at) != bytes.size())
    throw SystemError(files_[file].path() + ": became shorter after it was opened");
}

void ShardReader::read_images(std::span<const std::uint32_t> positions, std::span<std::uint8_t> pixels) const {
  const auto bytes = std::int64_t(shards_.image_bytes());
  std::vector<std::uint8_t> extent;
  std::size_t file = 0;
  for (std::size_t i = 0; i < positions.size();) {
    const std::uint32_t first = positions[i];
    while (first_[file + 1] <= first) ++file;
    std::size_t end = i + 1;   // positions[i, end) are read at once
    while (end < positions.size() && positions[end] < first_[file + 1] &&
           (positions[end] - positions[end - 1] - 1) * bytes <= largest_gap &&
           (positions[end] - first) * bytes < largest_read)
      ++end;
    const std::int64_t at = shards_.files[file].images_at + (first - first_[file]) * bytes;
    const std::size_t images = positions[end - 1] - first + 1;
    const auto out = pixels.subspan(i * std::size_t(bytes), (end - i) * std::size_t(bytes));
    if (images == end - i) {
      read(file, at, out);
    } else {
      extent.resize(images * std::size_t(bytes));
      read(file, at, extent);
      for (std::size_t k = i; k < end; ++k)
        std::copy_n(extent.begin() + std::ptrdiff_t((positions[k] - first) * bytes), bytes,
                    out.begin() + std::ptrdiff_t(k - i) * bytes);
    }
    i = end;
  }
}

void ShardReader::read_labels(std::span<std::uint8_t> labels) const {
  for (std::size_t file = 0; file < files_.size(); ++file)
    read(file, shards_.files[file].labels_at,
         labels.subspan(std::size_t(first_[file]), std::size_t(shards_.files[file].count)));
}

Digest ShardReader::digest_of(std::size_t file) const {
  const auto& shard = shards_.files[file];
  std::vector<std::uint8_t> block;
  Hasher hasher;
  const auto add = [&](std::int64_t at, std::int64_t bytes) {
    for (std::int64_t done = 0; done < bytes; done += std::int64_t(block.size())) {
      block.resize(std::size_t(std::min(bytes - done, largest_read)));
      read(file, at + done, block);
      hasher.add(std::as_bytes(std::span(block)));
    }
  };
  add(shard.images_at, shard.count * std::int64_t(shards_.image_bytes()));
  add(shard.labels_at, shard.count);
  return hasher.digest();
}

}   // namespace archipel::io
