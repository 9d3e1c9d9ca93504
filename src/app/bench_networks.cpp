#include "app/bench_networks.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "train/plan.hpp"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <string_view>

namespace archipel::app {
namespace {

std::string_view name_of(train::LayerKind kind) {
  switch (kind) {
    case train::LayerKind::input:
      return "input";
    case train::LayerKind::convolution:
      return "convolution";
    case train::LayerKind::depthwise:
      return "depthwise";
    case train::LayerKind::normalisation:
      return "normalisation";
    case train::LayerKind::max_pool:
      return "max_pool";
    case train::LayerKind::average_pool:
      return "average_pool";
    case train::LayerKind::sum:
      return "sum";
    case train::LayerKind::classifier:
      return "classifier";
  }
  return "";
}

}   // namespace

std::vector<train::NetworkSpec> bench_networks(const BenchOptions& options, const Study& study, int height, int width,
                                               int classes) {
  const Space space = make_space(study);
  if (!space.cell()) throw InputError("space.kind: bench needs a study with a cell");
  std::vector<train::NetworkSpec> nearest(options.parameters.size());
  for (std::uint32_t i = 0; i < 2000; ++i) {
    Stream draws(1, Purpose::canary, 0, i, 0);
    const auto network = train::network_spec(space, space.random(draws), 1, height, width, classes);
    for (std::size_t n = 0; n < nearest.size(); ++n) {
      const auto distance = [&](const train::NetworkSpec& to) {
        return std::abs(double(to.parameters) - double(options.parameters[n]));
      };
      if (nearest[n].layers.empty() || distance(network) < distance(nearest[n])) nearest[n] = network;
    }
  }
  return nearest;
}

std::string describe(const std::vector<train::NetworkSpec>& networks, const BenchImages& images,
                     const TrainingSettings& training) {
  std::vector<std::string> texts;
  for (const auto& network : networks) {
    std::vector<std::string> layers;
    for (const auto& layer : network.layers)
      layers.push_back(fmt::format(
          R"({{"kind": "{}", "inputs": [{}], "channels": {}, "kernel": {}, "stride": {}, "relu": {}}})",
          name_of(layer.kind), fmt::join(layer.inputs, ", "), layer.channels, layer.kernel, layer.stride, layer.relu));
    texts.push_back(
        fmt::format(R"({{"parameters": {}, "layers": [{}]}})", network.parameters, fmt::join(layers, ", ")));
  }
  return fmt::format(
      R"({{"images": {}, "labels": {}, "training": {{"batch": {}, "learning_rate": {}, "momentum": {}, "weight_decay": {}, "label_smoothing": {}}}, "networks": [{}]}})",
      quoted(images.images_path), quoted(images.labels_path), training.batch, training.learning_rate, training.momentum,
      training.weight_decay, training.label_smoothing, fmt::join(texts, ", "));
}

TrainingSettings bench_training(const BenchOptions& options) {
  const TrainingSettings settings{
      .shards = options.shards, .batch = options.batch, .precision = bench_study(options).training.precision};
  return train::plan_of(Space({}), {}, settings, {}).settings;
}

}   // namespace archipel::app
