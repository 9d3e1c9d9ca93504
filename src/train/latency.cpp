#include "train/latency.hpp"

#include "base/error.hpp"
#include "train/host_prediction.hpp"
#include "train/model.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace archipel::train {

std::string operation_of(const Layer& layer) {
  const auto size = std::to_string(layer.kernel) + "x" + std::to_string(layer.kernel);
  switch (layer.kind) {
    case LayerKind::convolution:
      return layer.inputs[0] == 0 ? "stem" : "conv" + size;
    case LayerKind::depthwise:
      return "depthwise" + size;
    case LayerKind::max_pool:
      return "maxpool";
    case LayerKind::average_pool:
      return "avgpool";
    case LayerKind::sum:
      return "sum";
    case LayerKind::classifier:
      return "classifier";
    case LayerKind::input:
    case LayerKind::normalisation:
      break;
  }
  return "";
}

std::array<double, 3> work_of(const NetworkSpec& network, const Layer& layer, std::int64_t images) {
  double values = double(layer.outputs());
  for (const int input : layer.inputs) values += double(network.layers[std::size_t(input)].outputs());
  const bool pools = layer.kind == LayerKind::max_pool || layer.kind == LayerKind::average_pool;
  const double macs = pools ? double(layer.outputs()) * layer.kernel * layer.kernel
                            : double(layer.weight_count) * double(layer.pixels());
  return {1, double(images) * macs, double(images) * values};
}

double LatencyModel::microseconds(const NetworkSpec& network) const {
  double sum = 0;
  for (const auto& layer : network.layers) {
    const auto name = operation_of(layer);
    if (name.empty()) continue;
    const auto found = std::ranges::find(settings_.operations, name, &OperationLatency::name);
    if (found == settings_.operations.end())
      throw InputError("latency.operation: no entry has name = \"" + name +
                       "\", which networks of the space have: `archipel bench latency` measures all");
    const auto work = work_of(network, layer, settings_.batch);
    sum += found->overhead + 1e-3 * (found->mac * work[1] + found->value * work[2]);
  }
  return sum;
}

double measured_microseconds(const NetworkSpec& network, int images, int repeats) {
  using Clock = std::chrono::steady_clock;
  HostPrediction prediction(network, images);
  prediction.load({initial_parameters(network, 1), initial_statistics(network)});
  const std::vector<float> input(std::size_t(images) * network.layers[0].outputs(), 0.5f);
  std::vector<float> logits(std::size_t(images) * std::size_t(network.classes));
  for (int warm_up = 0; warm_up < 3; ++warm_up) prediction.predict(input.data(), logits.data());
  std::vector<double> times;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const auto begin = Clock::now();
    prediction.predict(input.data(), logits.data());
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  const auto middle = times.begin() + std::ptrdiff_t(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return *middle;
}

void check_latency(const LatencySettings& settings, const Space& space) {
  const LatencyModel model(settings);
  const CellLayout& cell = space.cell().value();
  const auto reduction = space.find("reduction");
  const std::vector<std::string> none{""};
  const std::vector<int> widths(reduction ? 2 : 1, 8), cells(widths.size(), 1);
  for (const auto& operation : space.genes()[std::size_t(cell.operation(1))].choices)
    for (const auto& between : reduction ? space.genes()[*reduction].choices : none)
      model.microseconds(network_of({.operations = {operation},
                                     .inputs = {{0}, {0, 1}},   // a sum
                                     .widths = widths,
                                     .cells = cells,
                                     .reduction = between},
                                    1, 8, 8, 2));
}

}   // namespace archipel::train
