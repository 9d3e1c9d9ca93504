#include "train/export.hpp"

#include <torch/script.h>

#include <sstream>
#include <utility>

namespace archipel::train {
namespace {

/// Builds module and source text side by side, a line for each layer.
class Script {
 public:
  Script(const NetworkSpec& network, const Weights& weights) : network_(network), weights_(weights) {}

  torch::jit::Module build(const TrainingData& data) {
    const auto channels = std::int64_t(data.mean().size());
    buffer("pixel_mean", data.mean(), {1, channels, 1, 1});
    buffer("pixel_deviation", data.deviation(), {1, channels, 1, 1});
    source_ = "def forward(self, x):\n  v0 = (x - self.pixel_mean) / self.pixel_deviation\n";
    for (std::size_t l = 1; l < network_.layers.size(); ++l) line(l);
    source_ += "  return v" + std::to_string(network_.layers.size() - 1) + "\n";
    module_.define(source_);
    module_.eval();
    return module_;
  }

 private:
  static at::Tensor copy(std::span<const float> values, at::IntArrayRef shape) {
    return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat).clone();
  }
  void buffer(const std::string& name, std::span<const float> values, at::IntArrayRef shape) {
    module_.register_buffer(name, copy(values, shape));
  }
  std::string parameter(const std::string& name, std::size_t first, std::size_t count, at::IntArrayRef shape) {
    module_.register_parameter(name, copy(std::span(weights_.parameters).subspan(first, count), shape), false);
    return "self." + name;
  }
  static std::string pair(int value) { return "[" + std::to_string(value) + ", " + std::to_string(value) + "]"; }

  void line(std::size_t index) {
    const Layer& l = network_.layers[index];
    const std::string number = std::to_string(index), x = "v" + std::to_string(l.inputs[0]);
    const std::int64_t channels = l.channels, inputs = network_.layers[l.inputs[0]].channels;
    const std::string window = pair(l.stride) + ", " + pair(l.kernel / 2);
    std::string value;
    switch (l.kind) {
      case LayerKind::convolution:
        value = "torch.conv2d(" + x + ", " +
                parameter("weight" + number, l.weight, l.weight_count, {channels, inputs, l.kernel, l.kernel}) +
                ", None, " + window + ", [1, 1], 1)";
        break;
      case LayerKind::depthwise:
        value = "torch.conv2d(" + x + ", " +
                parameter("weight" + number, l.weight, l.weight_count, {channels, 1, l.kernel, l.kernel}) + ", None, " +
                window + ", [1, 1], " + std::to_string(channels) + ")";
        break;
      case LayerKind::normalisation: {
        const auto statistics = std::span(weights_.statistics).subspan(l.statistics, 2 * l.weight_count);
        buffer("mean" + number, statistics.first(l.weight_count), {channels});
        buffer("variance" + number, statistics.last(l.weight_count), {channels});
        value = "torch.batch_norm(" + x + ", " + parameter("weight" + number, l.weight, l.weight_count, {channels}) +
                ", " + parameter("bias" + number, l.bias, l.bias_count, {channels}) + ", self.mean" + number +
                ", self.variance" + number + ", False, 0.0, " + std::to_string(normalisation_epsilon) + ", False)";
        if (l.relu) value = "torch.relu(" + value + ")";
        break;
      }
      case LayerKind::max_pool:
        value = "torch.max_pool2d(" + x + ", " + pair(l.kernel) + ", " + window + ", [1, 1], False)";
        break;
      case LayerKind::average_pool:
        value = "torch.avg_pool2d(" + x + ", " + pair(l.kernel) + ", " + window + ", False, True, None)";
        break;
      case LayerKind::sum:
        for (const int from : l.inputs) value += (value.empty() ? "v" : " + v") + std::to_string(from);
        break;
      case LayerKind::classifier:
        value = "torch.addmm(" + parameter("bias" + number, l.bias, l.bias_count, {channels}) + ", torch.mean(" + x +
                ", [2, 3]), " + parameter("weight" + number, l.weight, l.weight_count, {channels, inputs}) + ".t())";
        break;
      case LayerKind::input:
        break;
    }
    source_ += "  v" + number + " = " + value + "\n";
  }

  const NetworkSpec& network_;
  const Weights& weights_;
  torch::jit::Module module_{"ArchipelNetwork"};
  std::string source_;
};

}   // namespace

std::string torchscript_of(const NetworkSpec& network, const Weights& weights, const TrainingData& data) {
  std::ostringstream content;
  Script(network, weights).build(data).save(content);
  return std::move(content).str();
}

}   // namespace archipel::train
