#pragma once

#include "base/random.hpp"
#include "io/hdf5.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace archipel::io {

/// Makes an HDF5 file of data sets, for tests.
class ShardFile {
 public:
  explicit ShardFile(const std::string& path)
      : file_(check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), "H5Fcreate", path)) {}

  hid_t id() const { return file_; }
  ShardFile& set(const std::string& name, const std::vector<std::int64_t>& shape,
                 const std::vector<std::uint8_t>& bytes, hid_t type = H5T_STD_U8LE) {
    const auto made = make_set(file_, name, type, shape);
    check(H5Dwrite(made, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "H5Dwrite", name);
    return *this;
  }
  /// Images whose shape is shape[1...] and labels in turn.
  ShardFile& images(const std::vector<std::int64_t>& shape, const std::vector<std::uint8_t>& pixels) {
    std::vector<std::uint8_t> labels(static_cast<std::size_t>(shape[0]));
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = std::uint8_t(i % 10);
    return set("x", shape, pixels).set("y", {shape[0]}, labels);
  }

 private:
  H5File file_;
};

inline std::vector<std::uint8_t> random_bytes(std::size_t count, std::uint64_t seed) {
  Stream draws(seed, Purpose::canary, 0, 0, 0);
  std::vector<std::uint8_t> bytes(count);
  for (auto& byte : bytes) byte = std::uint8_t(draws.below(256));
  return bytes;
}

}   // namespace archipel::io
