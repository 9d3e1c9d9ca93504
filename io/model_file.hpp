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

}   // namespace archipel::io
