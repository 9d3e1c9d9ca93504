#include "train/model.hpp"

#include "train/operations.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace archipel::train {
namespace {

at::Tensor view_of(std::span<const float> flat, std::size_t first, at::IntArrayRef shape) {
  return at::from_blob(const_cast<float*>(flat.data()) + first, shape, at::kFloat);
}

/// The parameters of one layer: views of the flat array, and leaves of autograd.
struct LayerParameters {
  at::Tensor weight, bias;   // undefined where the layer has none
};

std::vector<LayerParameters> views_of(const NetworkSpec& network, std::span<const float> flat) {
  std::vector<LayerParameters> views(network.layers.size());
  for (std::size_t i = 1; i < views.size(); ++i) {
    const Layer& l = network.layers[i];
    const std::int64_t outputs = l.channels, inputs = network.layers[l.inputs[0]].channels, kernel = l.kernel;
    switch (l.kind) {
      case LayerKind::convolution:
        views[i].weight = view_of(flat, l.weight, {outputs, inputs, kernel, kernel});
        break;
      case LayerKind::depthwise:
        views[i].weight = view_of(flat, l.weight, {outputs, 1, kernel, kernel});
        break;
      case LayerKind::normalisation:
        views[i].weight = view_of(flat, l.weight, {outputs});
        break;
      case LayerKind::classifier:
        views[i].weight = view_of(flat, l.weight, {outputs, inputs});
        break;
      default:
        break;
    }
    if (l.bias_count > 0) views[i].bias = view_of(flat, l.bias, {outputs});
  }
  return views;
}

/// Logits [images, classes]. `normalised(layer number, input)` computes a normalisation, `features` [images, inputs] are changed by
/// `dropped`. Activations that no later layer needs are let go, unless autograd keeps them.
template <class Normalised, class Dropped>
at::Tensor forward(const NetworkSpec& network, const std::vector<LayerParameters>& parameters, at::Tensor images,
                   Normalised normalised, Dropped dropped) {
  std::vector<at::Tensor> values(network.layers.size());
  std::vector<int> consumers(network.layers.size());
  for (const auto& layer : network.layers)
    for (const int from : layer.inputs) ++consumers[from];
  values[0] = std::move(images);
  for (std::size_t i = 1; i < network.layers.size(); ++i) {
    const Layer& l = network.layers[i];
    const at::Tensor& x = values[l.inputs[0]];
    switch (l.kind) {
      case LayerKind::convolution:
        values[i] = convolution(x, parameters[i].weight, l.stride);
        break;
      case LayerKind::depthwise:
        values[i] = depthwise(x, parameters[i].weight);
        break;
      case LayerKind::normalisation:
        values[i] = normalised(i, x);
        break;
      case LayerKind::max_pool:
        values[i] = max_pool(x, l.kernel, l.stride);
        break;
      case LayerKind::average_pool:
        values[i] = average_pool(x, l.kernel, l.stride);
        break;
      case LayerKind::sum:
        values[i] = x;
        for (std::size_t term = 1; term < l.inputs.size(); ++term)
          values[i] = at::add(values[i], values[l.inputs[term]]);
        break;
      case LayerKind::classifier:
        values[i] = at::linear(dropped(at::mean(x, {2, 3})), parameters[i].weight, parameters[i].bias);
        break;
      case LayerKind::input:
        break;
    }
    for (const int from : l.inputs)
      if (--consumers[from] == 0) values[from].reset();
  }
  return values.back();
}

at::Tensor images_of(const NetworkSpec& network, const float* images, int count) {
  return channels_last_view(images, count, network.channels, network.height, network.width);
}

}   // namespace

Model::Model(NetworkSpec network) : network_(std::move(network)) {}

ShardLayout Model::layout() const {
  const std::size_t loss = network_.parameters + network_.statistics;
  return {.moments = network_.parameters,
          .loss = loss,
          .stopped = loss + 1,
          .failed = loss + 2,
          .lacked_memory = loss + 3,
          .size = loss + 4};
}

int Model::features() const { return network_.layers[network_.layers.back().inputs[0]].channels; }

void Model::train_shard(std::span<const float> parameters, const ShardInput& input, std::span<float> shard) const {
  const int count = int(input.labels.size());
  std::fill(shard.begin(), shard.end(), 0.0f);
  auto leaves = views_of(network_, parameters);
  const auto gradients = views_of(network_, shard);   // autograd adds to these in place
  for (std::size_t i = 0; i < leaves.size(); ++i)
    for (const auto& [leaf, gradient] :
         {std::pair(&leaves[i].weight, &gradients[i].weight), std::pair(&leaves[i].bias, &gradients[i].bias)})
      if (leaf->defined()) leaf->requires_grad_(true).mutable_grad() = *gradient;

  const auto normalised = [&](std::size_t i, const at::Tensor& x) {
    const Layer& l = network_.layers[i];
    return normalise(x, leaves[i].weight, leaves[i].bias, l.relu,
                     view_of(shard, layout().moments + l.statistics, {2, l.channels}));
  };
  const auto dropped = [&](const at::Tensor& features) {
    return input.dropout.empty() ? features : features * view_of(input.dropout, 0, {count, features.size(1)});
  };
  const auto logits = forward(network_, leaves, images_of(network_, input.images, count), normalised, dropped);
  const auto labels = at::from_blob(const_cast<std::uint8_t*>(input.labels.data()), {count}, at::kByte).to(at::kLong);
  const auto loss = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -100, input.label_smoothing);
  shard[layout().loss] = loss.item<float>();
  loss.backward();
}

void Model::predict(std::span<const float> parameters, std::span<const float> statistics, const float* images,
                    int count, float* logits) const {
  const at::InferenceMode no_autograd;
  const auto views = views_of(network_, parameters);
  const auto normalised = [&](std::size_t i, const at::Tensor& x) {
    const Layer& l = network_.layers[i];
    return normalise_by(x, views[i].weight, views[i].bias, l.relu, view_of(statistics, l.statistics, {2, l.channels}));
  };
  const auto same = [](const at::Tensor& features) { return features; };
  const auto result = forward(network_, views, images_of(network_, images, count), normalised, same).contiguous();
  std::copy_n(result.data_ptr<float>(), std::size_t(count) * network_.classes, logits);
}

}   // namespace archipel::train
