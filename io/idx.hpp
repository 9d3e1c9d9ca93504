#pragma once

#include "base/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
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

/// Digest of shape and values, which are read in blocks and not kept: for a file of any size that must stay sealed. InputError
/// if it has not as many values as its header says. `also` is given the values, block by block in their order.
using ReadOn = std::function<void(std::span<const std::uint8_t>)>;
Digest digest_of_idx(const std::string& path, const IdxHeader& header, const ReadOn& also = {});

/// InputError, naming the file, if a label is above one that no image has: then labels are not numbers of classes. Likewise if
/// all are equal.
void check_classes(const std::string& path, std::span<const std::uint8_t> labels);

/// InputError, naming the file, if no training image has a label. `trained`: the number of training images by label.
void check_labels(const std::string& path, std::span<const std::uint8_t> labels, std::span<const std::int64_t> trained);

}   // namespace archipel::io
