#include "train/model.hpp"
#include "base/random.hpp"

#include <cmath>

namespace archipel::train {

ShardLayout layout_of(const NetworkSpec& network) {
  const std::size_t loss = network.parameters + network.statistics;
  return {.moments = network.parameters,
          .loss = loss,
          .stopped = loss + 1,
          .failed = loss + 2,
          .lacked_memory = loss + 3,
          .size = loss + 4};
}

int features_of(const NetworkSpec& network) {
  return network.layers[std::size_t(network.layers.back().inputs[0])].channels;
}

std::vector<float> initial_parameters(const NetworkSpec& network, std::uint64_t key) {
  std::vector<float> parameters(network.parameters);
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Layer& layer = network.layers[l];
    if (layer.weight_count == 0) continue;
    if (layer.kind == LayerKind::normalisation) {
      std::fill_n(parameters.begin() + std::ptrdiff_t(layer.weight), layer.weight_count, 1.0f);
      continue;
    }
    const double fan_in = double(layer.weight_count) / layer.channels;
    const double bound = std::sqrt((layer.kind == LayerKind::classifier ? 3.0 : 6.0) / fan_in);
    Stream draws(key, Purpose::initialise, 0, std::uint32_t(l), 0);
    for (std::size_t i = 0; i < layer.weight_count; ++i)
      parameters[layer.weight + i] = float((2 * draws.unit() - 1) * bound);
  }
  return parameters;
}

std::vector<float> initial_statistics(const NetworkSpec& network) {
  std::vector<float> statistics(network.statistics);
  for (const auto& layer : network.layers)
    if (layer.kind == LayerKind::normalisation)
      std::fill_n(statistics.begin() + std::ptrdiff_t(layer.statistics + layer.weight_count), layer.weight_count, 1.0f);
  return statistics;
}

}   // namespace archipel::train
