#include "base/random.hpp"
#include "train/model.hpp"

#include <cmath>

namespace archipel::train {

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
