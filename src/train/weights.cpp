#include "train/weights.hpp"

#include "base/error.hpp"

#include <cstring>

namespace archipel::train {

std::vector<std::byte> to_bytes(const Weights& weights) {
  std::vector<std::byte> bytes;
  for (const auto* part : {&weights.parameters, &weights.statistics}) {
    const auto view = std::as_bytes(std::span(*part));
    bytes.insert(bytes.end(), view.begin(), view.end());
  }
  return bytes;
}

Weights weights_from(std::span<const std::byte> bytes, const NetworkSpec& network) {
  if (bytes.size() != sizeof(float) * (network.parameters + network.statistics))
    throw SystemError("weights of " + std::to_string(bytes.size()) + " bytes do not fit a network of " +
                      std::to_string(network.parameters) + " parameters");
  Weights weights{std::vector<float>(network.parameters), std::vector<float>(network.statistics)};
  const std::size_t first = sizeof(float) * network.parameters;
  std::memcpy(weights.parameters.data(), bytes.data(), first);
  std::memcpy(weights.statistics.data(), bytes.data() + first, bytes.size() - first);
  return weights;
}

}   // namespace archipel::train
