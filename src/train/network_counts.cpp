#include "train/network.hpp"

#include "search/portable_math.hpp"
#include "train/host_prediction.hpp"

#include <algorithm>

namespace archipel::train {

std::uint64_t macs_of(const NetworkSpec& network) {
  std::uint64_t macs = 0;
  for (const auto& layer : network.layers)
    if (layer.kind == LayerKind::convolution || layer.kind == LayerKind::depthwise ||
        layer.kind == LayerKind::classifier)
      macs += std::uint64_t(layer.weight_count) * layer.pixels();
  return macs;
}

std::uint64_t training_flops_of(const NetworkSpec& network) { return 6 * macs_of(network); }

double complexity_of(const NetworkSpec& network) {
  double sum = 0;
  for (const int outputs : network.node_outputs) sum += log2_portable(double(outputs));
  return sum;
}

namespace {

std::uint64_t largest_layer(const NetworkSpec& network) {
  std::uint64_t largest = 0;
  for (const auto& layer : network.layers) largest = std::max<std::uint64_t>(largest, layer.outputs());
  return largest;
}

}   // namespace

std::uint64_t prediction_memory_of(const NetworkSpec& network, std::int64_t images) {
  return sizeof(float) * (2 * network.parameters + std::uint64_t(images) * 6 * largest_layer(network));
}

std::uint64_t training_memory_of(const NetworkSpec& network, int shards, int shard_images) {
  // As if every activation and its gradient stayed until the shard is done: on CPUs fewer do. A batch of validation needs a few at a
  // time; of parameters there are copies in the layouts of kernels.
  const std::uint64_t largest = largest_layer(network);
  std::uint64_t activations = 0;
  for (const auto& layer : network.layers) activations += (layer.kind == LayerKind::max_pool ? 3 : 2) * layer.outputs();
  const std::uint64_t state =
      std::uint64_t(network.parameters) * (7 + shards) + std::uint64_t(network.statistics) * (1 + shards);
  return sizeof(float) * (state + shard_images * (activations + 3 * largest) + prediction_images * 6 * largest);
}

}   // namespace archipel::train
