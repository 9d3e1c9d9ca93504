#pragma once

#include "base/digest.hpp"
#include "io/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace archipel::io {

/// An HDF5 file of images `x` [count, height, width] or [count, channels, height, width] and their classes `y` [count]: data sets
/// of unsigned bytes, each in one piece.
struct Shard {
  std::string path;
  std::int64_t count = 0;
  std::int64_t images_at = 0, labels_at = 0;   // offsets in the file
  std::int64_t size = 0;                       // of the file, bytes
};

/// Shards whose images have one shape: a data set in their order.
struct Shards {
  std::vector<Shard> files;
  int channels = 1, height = 0, width = 0;

  int count() const;   // images
  std::size_t image_bytes() const { return std::size_t(channels) * std::size_t(height) * std::size_t(width); }
  /// For ranks that do not open the files by HDF5.
  std::string to_text() const;
  static Shards from_text(const std::string& text);
};

/// Files that `pattern` names: itself, or with *, ? or [ in its last part those that match, sorted by name. InputError, which
/// shows `pattern` as `shown`, if there is none.
std::vector<std::string> matching_files(const std::filesystem::path& pattern, const std::string& shown);

/// InputError with all files that cannot be read, lack a data set, or hold another type, shape or layout than is needed.
Shards find_shards(const std::vector<std::string>& paths);

/// Reads shards by plain positioned reads. No HDF5 handle is open.
class ShardReader {
 public:
  /// Opens all files. SystemError if it cannot, InputError if the system does not let so many be open.
  explicit ShardReader(Shards shards);

  const Shards& shards() const { return shards_; }
  /// The images at `positions`, ascending, one behind the other; those that lie close together in one read. Several threads may
  /// call it at once. SystemError if they cannot be read.
  void read_images(std::span<const std::uint32_t> positions, std::span<std::uint8_t> pixels) const;
  /// All labels. Likewise.
  void read_labels(std::span<std::uint8_t> labels) const;
  /// Of the images and labels of one file.
  Digest digest_of(std::size_t file) const;

 private:
  void read(std::size_t file, std::int64_t at, std::span<std::uint8_t> bytes) const;

  Shards shards_;
  std::vector<Descriptor> files_;
  std::vector<std::int64_t> first_;   // image of each file, and the number of all
};

}   // namespace archipel::io
