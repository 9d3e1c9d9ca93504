#pragma once

#include "train/network.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace archipel::train {

/// A network's weights: parameters, then running statistics, both flat as NetworkSpec lays them out.
struct Weights {
  std::vector<float> parameters, statistics;
  bool operator==(const Weights&) const = default;
};

/// The content of a weights artefact: parameters, then statistics, as little-endian floats.
std::vector<std::byte> to_bytes(const Weights& weights);
/// SystemError if `bytes` are not weights of this network.
Weights weights_from(std::span<const std::byte> bytes, const NetworkSpec& network);

}   // namespace archipel::train
