#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace archipel::io {

/// Shape of an IDX file of bytes (the format of MNIST), plain or compressed by gzip.
struct IdxHeader {
  std::vector<int> shape;   // as many as the file's rank, each at least 1

  std::size_t values() const;
};

/// InputError, naming the file and what is wrong, if it cannot be read, is no IDX file of unsigned bytes or has another rank.
IdxHeader read_idx_header(const std::string& path, int rank);

/// Reads all values. `body` must have the size that the header says. InputError likewise, and if values are missing or too many.
void read_idx(const std::string& path, const IdxHeader& header, std::span<std::uint8_t> body);

/// InputError if the file has not as many values as its header says. Looks at the length of the file, of a gz file at the one in
/// its trailer, and only where that does not fit reads through the values, of which nothing is kept.
void check_idx_length(const std::string& path, const IdxHeader& header);

/// InputError, naming the file, if a label is above one that no image has: then labels are not numbers of classes.
void check_classes(const std::string& path, std::span<const std::uint8_t> labels);

/// InputError, naming the file, if a label is not below `classes`.
void check_labels(const std::string& path, std::span<const std::uint8_t> labels, int classes);

}   // namespace archipel::io
