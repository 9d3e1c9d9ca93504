#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace archipel::io {

struct NamedTensor {
  std::string name;                  // "stem.weight"; no '/'
  std::vector<std::int64_t> shape;   // empty: a scalar
  std::vector<float> values;         // row-major
};

/// Writes a network as HDF5: one f32 data set for each tensor, texts as attributes of "/". Complete and durable under its name
/// or not there at all; replaces an earlier one. The same content gives the same bytes. SystemError if that fails.
void write_model(const std::string& path, const std::vector<NamedTensor>& tensors,
                 const std::vector<std::pair<std::string, std::string>>& attributes);

/// Its texts, by name; none if it is not there or cannot be read.
std::vector<std::pair<std::string, std::string>> texts_of_model(const std::string& path);

/// Of the bytes of an exported network's two files, `path` and the TorchScript beside it. SystemError if one cannot be read.
std::uint32_t checksum_of_model(const std::string& path);
/// Whether both are there and have this checksum.
bool model_holds(const std::string& path, std::uint32_t checksum);

}   // namespace archipel::io
