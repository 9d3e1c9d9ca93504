#pragma once

#include "base/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace archipel::io {

class Descriptor;

/// A data set of a stage in the file.
struct Extent {
  std::string name;   // "stages/0-search/rows"
  std::int64_t offset = 0, bytes = 0;
  bool operator==(const Extent&) const = default;
};

/// What stands before the HDF5 data: where rows lie, and digests that are checked by plain reads before the HDF5 library,
/// which some damaged files crash, opens the file.
struct UserBlock {
  int schema = 0;
  std::int64_t bytes = 0;   // of the block, a power of two
  std::int64_t file_bytes = 0;
  Digest metadata;               // of every byte after the block outside the extents
  std::vector<Extent> extents;   // by offset

  const Extent& extent(const std::string& name) const;   // SystemError if there is none
};

/// Smallest block for `extents` data sets, at least `least` bytes (so that alignment within HDF5 is alignment in the file).
std::int64_t user_block_bytes(std::size_t extents, std::int64_t least);
std::vector<std::byte> encode(const UserBlock& block);

/// Digest of every byte of the file from `block_bytes` on outside `extents` (sorted by offset).
Digest metadata_digest(const Descriptor& file, std::int64_t block_bytes, const std::vector<Extent>& extents);

/// The block, its own digest checked, but not the metadata; the file may have grown since. InputError if this is not a results file
/// of this version, SystemError if it is damaged or cannot be read.
UserBlock read_user_block(const Descriptor& file);

/// A block, and whether all metadata are those that the file was made with.
struct CheckedBlock {
  UserBlock block;
  bool changed = false;   // by a program that opened the file for writing, or by damage
};

/// Plain reads only. Errors as above.
CheckedBlock check_metadata(const std::string& path);
/// The block of a file whose every metadata byte is as it was written; else SystemError.
UserBlock verify_metadata(const std::string& path);

/// For users, of a file whose metadata have changed.
inline constexpr const char* metadata_changed =
    "its metadata are not those it was made with: another program opened it for writing (h5py's \"r+\" or \"a\"), or "
    "they are "
    "damaged; rows and all else that is listed hold by checksums of their own";

}   // namespace archipel::io
