#include "train/host_prediction.hpp"

#include "train/memory_plan.hpp"
#include "train/model.hpp"

#include <algorithm>
#include <cmath>

namespace archipel::train {
namespace {

Window window_of(const NetworkSpec& network, const Layer& layer, int images) {
  const Layer& from = network.layers[std::size_t(layer.inputs[0])];
  return {.images = images,
          .height = from.height,
          .width = from.width,
          .channels = from.channels,
          .kernel = layer.kernel,
          .stride = layer.stride,
          .padding = layer.kernel / 2};
}

}   // namespace

HostPrediction::HostPrediction(const NetworkSpec& network, int images)
    : network_(network),
      images_(images),
      steps_(network.layers.size()),
      features_(std::size_t(images) * features_of(network)) {
  const auto& layers = network.layers;
  std::vector<int> last_use(layers.size());
  for (std::size_t i = 1; i < layers.size(); ++i)
    for (const int from : layers[i].inputs) last_use[std::size_t(from)] = int(i);
  std::vector<Lifetime> buffers;
  for (std::size_t i = 1; i < layers.size(); ++i) {
    const Layer& l = layers[i];
    const bool folded = l.kind == LayerKind::normalisation;   // its value is where the convolution writes it
    buffers.push_back({folded ? 0 : std::size_t(images) * l.outputs(), int(i), last_use[i]});
    if (folded) buffers[std::size_t(l.inputs[0] - 1)].last = last_use[i];
    if (l.kind == LayerKind::convolution)
      steps_[i].convolution.emplace(window_of(network, l, images), l.channels, Convolution::For::prediction, false);
  }
  const auto memory = plan_memory(buffers);
  memory_.resize(memory.floats);
  for (std::size_t i = 1; i < layers.size(); ++i) {
    const std::size_t value = layers[i].kind == LayerKind::normalisation ? std::size_t(layers[i].inputs[0]) : i;
    steps_[i].value = memory_.data() + memory.offsets[value - 1];
    for (const int from : layers[i].inputs) steps_[i].terms.push_back(steps_[std::size_t(from)].value);
  }
}

void HostPrediction::load(const Weights& weights) {
  const auto part = [&](std::size_t first, std::size_t count) {
    const auto begin = weights.parameters.begin() + std::ptrdiff_t(first);
    return std::vector<float>(begin, begin + std::ptrdiff_t(count));
  };
  for (std::size_t i = 1; i < steps_.size(); ++i) {
    const Layer& l = network_.layers[i];
    if (l.kind != LayerKind::normalisation) {
      steps_[i].weights = part(l.weight, l.weight_count);
      steps_[i].bias = part(l.bias, l.bias_count);
      continue;
    }
    Step& before = steps_[std::size_t(l.inputs[0])];
    const float *mean = weights.statistics.data() + l.statistics, *variance = mean + l.channels;
    const std::size_t factors = before.weights.size() / std::size_t(l.channels);
    before.bias.resize(std::size_t(l.channels));
    for (std::size_t c = 0; c < before.bias.size(); ++c) {
      const float scale = weights.parameters[l.weight + c] / std::sqrt(variance[c] + normalisation_epsilon);
      for (std::size_t f = c * factors; f < (c + 1) * factors; ++f) before.weights[f] *= scale;
      before.bias[c] = weights.parameters[l.bias + c] - mean[c] * scale;
    }
  }
  for (auto& step : steps_)
    if (step.convolution) step.convolution->load(step.weights.data(), step.bias.data());
}

void HostPrediction::predict(const float* images, float* logits, const std::function<void(std::size_t)>& after) {
  for (std::size_t i = 1; i < steps_.size(); ++i) {
    const Layer &l = network_.layers[i], &from = network_.layers[std::size_t(l.inputs[0])];
    Step& step = steps_[i];
    const float* x = l.inputs[0] == 0 ? images : step.terms[0];
    const Window window = window_of(network_, l, images_);
    switch (l.kind) {
      case LayerKind::convolution:
        step.convolution->forward(x, step.value);
        break;
      case LayerKind::depthwise:
        depthwise_forward(window, x, step.weights.data(), step.value);
        break;
      case LayerKind::max_pool:
        max_pool_forward(window, x, step.value, nullptr);
        break;
      case LayerKind::average_pool:
        average_pool_forward(window, x, step.value);
        break;
      case LayerKind::sum:
        add(step.terms, std::size_t(images_) * l.outputs(), step.value);
        break;
      case LayerKind::classifier:
        channel_means(x, images_, int(from.pixels()), from.channels, features_.data());
        classify(features_.data(), images_, from.channels, l.channels, step.weights.data(), step.bias.data(), logits);
        break;
      case LayerKind::normalisation:
      case LayerKind::input:
        break;
    }
    if (after) after(i);
  }
}

}   // namespace archipel::train
