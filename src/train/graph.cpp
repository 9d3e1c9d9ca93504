#include "train/graph.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <utility>

namespace archipel::train {
namespace {

using torch::autograd::variable_list;

/// Runs after a parameter's gradient has been added to.
struct AfterGradient : torch::autograd::FunctionPostHook {
  explicit AfterGradient(std::function<void()> call) : call_(std::move(call)) {}
  variable_list operator()(const variable_list& outputs, const variable_list&) override {
    call_();
    return outputs;
  }
  std::function<void()> call_;
};

}   // namespace

std::vector<LayerTensors> views_of(const NetworkSpec& network, const at::Tensor& flat) {
  const auto part = [&](std::size_t first, std::size_t count, at::IntArrayRef shape) {
    return flat.narrow(0, std::int64_t(first), std::int64_t(count)).view(shape);
  };
  std::vector<LayerTensors> views(network.layers.size());
  for (std::size_t i = 1; i < views.size(); ++i) {
    const Layer& l = network.layers[i];
    const std::int64_t outputs = l.channels, inputs = network.layers[std::size_t(l.inputs[0])].channels,
                       kernel = l.kernel;
    switch (l.kind) {
      case LayerKind::convolution:
        views[i].weight = part(l.weight, l.weight_count, {outputs, inputs, kernel, kernel});
        break;
      case LayerKind::depthwise:
        views[i].weight = part(l.weight, l.weight_count, {outputs, 1, kernel, kernel});
        break;
      case LayerKind::normalisation:
        views[i].weight = part(l.weight, l.weight_count, {outputs});
        break;
      case LayerKind::classifier:
        views[i].weight = part(l.weight, l.weight_count, {outputs, inputs});
        break;
      default:
        break;
    }
    if (l.bias_count > 0) views[i].bias = part(l.bias, l.bias_count, {outputs});
  }
  return views;
}

Graph::Graph(const NetworkSpec& network, Operations operations, const at::Tensor& parameters, const at::Tensor& shards)
    : network_(network),
      layout_(layout_of(network)),
      operations_(operations),
      shards_(shards),
      layers_(views_of(network, parameters.detach())) {
  std::vector<std::vector<LayerTensors>> gradients;
  for (std::int64_t shard = 0; shard < shards.size(0); ++shard) gradients.push_back(views_of(network, shards[shard]));
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& l = network.layers[i];
    for (const auto& [first, part] :
         {std::pair(l.weight, &LayerTensors::weight), std::pair(l.bias, &LayerTensors::bias)}) {
      auto& tensor = layers_[i].*part;
      if (!tensor.defined()) continue;
      tensor = tensor.detach().requires_grad_(true);
      leaves_.push_back({.first = first, .tensor = &tensor});
      for (auto& shard : gradients) leaves_.back().gradients.push_back(shard[i].*part);
    }
  }
  const auto others = std::ranges::partition(leaves_, [&](const Leaf& leaf) { return leaf.first < network.decayed; });
  decayed_ = leaves_.size() - others.size();
  std::ranges::sort(leaves_.begin(), others.begin(), std::greater{}, &Leaf::first);
  for (auto& leaf : leaves_) {
    leaf.accumulator = torch::autograd::impl::grad_accumulator(*leaf.tensor);
    leaf.accumulator->add_post_hook(std::make_unique<AfterGradient>([this, &leaf] { finished(leaf); }));
  }
}

void Graph::finished(Leaf& leaf) {
  leaf.done = true;
  while (next_ < decayed_ && leaves_[next_].done) ++next_;
  tell();
}

void Graph::tell() {
  if (final_from_ != nullptr && next_ > 0) (*final_from_)(leaves_[next_ - 1].first);
}

/// Logits [images, classes]. `normalised(layer number, input)` computes a normalisation, `features` [images, inputs] are changed by
/// `dropped`, `between` is called between layers in the backward pass. Activations that no later layer needs are let go, unless autograd keeps them.
template <class Normalised, class Dropped>
at::Tensor Graph::forward(const std::vector<LayerTensors>& parameters, at::Tensor images, const Normalised& normalised,
                          const Dropped& dropped, const std::function<void()>& between) const {
  const auto& layers = network_.layers;
  std::vector<at::Tensor> values(layers.size());
  std::vector<int> consumers(layers.size());
  for (const auto& layer : layers)
    for (const int from : layer.inputs) ++consumers[std::size_t(from)];
  values[0] = std::move(images);
  for (std::size_t i = 1; i < layers.size(); ++i) {
    const Layer& l = layers[i];
    const at::Tensor& x = values[std::size_t(l.inputs[0])];
    switch (l.kind) {
      case LayerKind::convolution:
        values[i] = operations_.convolution(x, parameters[i].weight, l.stride);
        break;
      case LayerKind::depthwise:
        values[i] = operations_.depthwise(x, parameters[i].weight);
        break;
      case LayerKind::normalisation:
        values[i] = normalised(i, x);
        break;
      case LayerKind::max_pool:
        values[i] = operations_.max_pool(x, l.kernel, l.stride);
        break;
      case LayerKind::average_pool:
        values[i] = operations_.average_pool(x, l.kernel, l.stride);
        break;
      case LayerKind::sum:
        values[i] = x;
        for (std::size_t term = 1; term < l.inputs.size(); ++term)
          values[i] = at::add(values[i], values[std::size_t(l.inputs[term])]);
        break;
      case LayerKind::classifier:
        values[i] = at::linear(dropped(operations_.features(x)), parameters[i].weight, parameters[i].bias);
        break;
      case LayerKind::input:
        break;
    }
    if (between && values[i].requires_grad()) values[i].register_hook([between](const at::Tensor&) { between(); });
    for (const int from : l.inputs)
      if (--consumers[std::size_t(from)] == 0) values[std::size_t(from)].reset();
  }
  return values.back();
}

void Graph::train(int shard, const at::Tensor& images, const at::Tensor& labels, const at::Tensor& dropout,
                  double smoothing, const FinalFrom& final_from) {
  auto buffer = shards_[shard];
  buffer.zero_();
  for (auto& leaf : leaves_) {   // autograd adds to these in place
    leaf.tensor->mutable_grad() = leaf.gradients[std::size_t(shard)];
    leaf.done = false;
  }
  next_ = 0;
  final_from_ = final_from ? &final_from : nullptr;

  const auto normalised = [&](std::size_t i, const at::Tensor& x) {
    const Layer& l = network_.layers[i];
    const auto moments = buffer.narrow(0, std::int64_t(layout_.moments + l.statistics), 2 * l.channels);
    // Data of its own for autograd, which would take the gradients' writes to the same buffer for changes of it.
    return operations_.normalise(x, layers_[i].weight, layers_[i].bias, l.relu,
                                 moments.view({2, l.channels}).variable_data());
  };
  const auto dropped = [&](const at::Tensor& features) { return dropout.defined() ? features * dropout : features; };
  std::function<void()> between;
  if (final_from) between = [this] { tell(); };
  const auto logits = forward(layers_, images, normalised, dropped, between);
  const auto loss = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -100, smoothing);
  buffer[std::int64_t(layout_.loss)].copy_(loss.detach());
  loss.backward();
  final_from_ = nullptr;
}

at::Tensor Graph::predict(const at::Tensor& statistics, const at::Tensor& images) const {
  const at::InferenceMode no_autograd;
  const auto normalised = [&](std::size_t i, const at::Tensor& x) {
    const Layer& l = network_.layers[i];
    const auto moments = statistics.narrow(0, std::int64_t(l.statistics), 2 * l.channels).view({2, l.channels});
    return operations_.normalise_by(x, layers_[i].weight, layers_[i].bias, l.relu, moments);
  };
  return forward(layers_, images, normalised, [](const at::Tensor& features) { return features; }, {});
}

}   // namespace archipel::train
