#include "train/host_training.hpp"

#include "train/laps.hpp"
#include "train/memory_plan.hpp"

#include <algorithm>
#include <cmath>

namespace archipel::train {
HostTraining::HostTraining(const NetworkSpec& network, int images, Precision precision)
    : network_(network),
      layout_(layout_of(network)),
      images_(images),
      precision_(precision),
      steps_(network.layers.size()) {
  const std::size_t features = std::size_t(images) * features_of(network),
                    classes = std::size_t(images) * network.classes;
  for (auto* values : {&features_, &dropped_, &dfeatures_}) values->resize(features);
  for (auto* values : {&logits_, &dlogits_}) values->resize(classes);
  find_stem();
  for (std::size_t i = 1; i < steps_.size(); ++i) {
    const Layer& l = network.layers[i];
    if (l.kind == LayerKind::convolution && i >= first_) {
      const auto in = l.inputs[0] != 0 ? precision : Precision::float32;
      if (in == Precision::float32 && DirectConvolution::suits(window(i), l.channels))
        steps_[i].direct.emplace(window(i), l.channels);
      else steps_[i].convolution.emplace(window(i), l.channels, Convolution::For::training, l.inputs[0] != 0, in);
    }
    if (l.kind == LayerKind::max_pool) steps_[i].chosen.resize(std::size_t(images) * l.outputs());
    if (l.kind == LayerKind::normalisation)
      for (auto* values : {&steps_[i].norm.inverse_deviation, &steps_[i].norm.scale, &steps_[i].norm.shift})
        values->resize(std::size_t(l.channels));
  }
  plan();
  plan_rounded();
}

Window HostTraining::window(std::size_t layer) const {
  const Layer &l = network_.layers[layer], &from = network_.layers[std::size_t(l.inputs[0])];
  return {.images = images_,
          .height = from.height,
          .width = from.width,
          .channels = from.channels,
          .kernel = l.kernel,
          .stride = l.stride,
          .padding = l.kernel / 2};
}

void HostTraining::find_stem() {
  const auto& layers = network_.layers;
  if (layers.size() < 5 || network_.channels > 4) return;
  for (int i = 1; i <= 3; ++i)   // a chain: every value is the next layer's alone
    for (std::size_t consumer = 1; consumer < layers.size(); ++consumer)
      if ((std::ranges::find(layers[consumer].inputs, i - 1) != layers[consumer].inputs.end()) != (int(consumer) == i))
        return;
  if (layers[1].kind != LayerKind::convolution || layers[2].kind != LayerKind::normalisation || !layers[2].relu ||
      layers[3].kind != LayerKind::max_pool || layers[1].kernel != 3 || layers[1].stride != 1 || layers[3].kernel != 3)
    return;
  stem_ = Stem{window(1), window(3)};
  first_ = 4;
}

void HostTraining::set_norm(std::size_t layer, std::span<const float> shard) {
  const Layer& l = network_.layers[layer];
  const float *mean = shard.data() + layout_.moments + l.statistics, *mean_square = mean + l.channels;
  auto& [inverse_deviation, scale, shift] = steps_[layer].norm;
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const float variance = std::max(0.0f, mean_square[c] - mean[c] * mean[c]);
    inverse_deviation[c] = 1.0f / std::sqrt(variance + normalisation_epsilon);
    scale[c] = parameters_[l.weight + c] * inverse_deviation[c];
    shift[c] = parameters_[l.bias + c] - mean[c] * scale[c];
  }
}

Affine HostTraining::affine(std::size_t layer, std::span<const float> shard) const {
  const auto& norm = steps_[layer].norm;
  return {.mean = shard.data() + layout_.moments + network_.layers[layer].statistics,
          .inverse_deviation = norm.inverse_deviation.data(),
          .scale = norm.scale.data(),
          .shift = norm.shift.data()};
}

/// Operation i of a step is the forward pass of layer i, operation 2 * last - i its backward pass.
void HostTraining::plan() {
  const auto& layers = network_.layers;
  const int last = int(layers.size()) - 1;
  const auto backward_of = [&](int layer) { return 2 * last - layer; };
  std::vector<Lifetime> buffers;
  std::vector<float**> places;   // who must be told where a buffer is
  const auto add_buffer = [&](int layer, int first, int until, float*& place) {
    buffers.push_back({std::size_t(images_) * layers[std::size_t(layer)].outputs(), first, until});
    places.push_back(&place);
    return buffers.size() - 1;
  };

  for (int i = 1; i < last; ++i) {   // values
    int until = i;
    for (int consumer = i + 1; consumer <= last; ++consumer) {
      const Layer& l = layers[std::size_t(consumer)];
      if (std::ranges::find(l.inputs, i) == l.inputs.end() || rounds(std::size_t(consumer))) continue;
      const bool again = l.kind == LayerKind::convolution || l.kind == LayerKind::depthwise ||
                         l.kind == LayerKind::normalisation;   // needs its input in the backward pass
      until = std::max(until, again ? backward_of(consumer) : consumer);
    }
    if (stem_ && i < 3) continue;
    if (stem_ && i == 3) until = backward_of(1);
    add_buffer(i, i, until, steps_[std::size_t(i)].value);
  }

  // The gradient of a value is the sum of parts from its consumers. That from a sum is the gradient of the sum itself.
  constexpr std::size_t none = std::size_t(-1);
  std::vector<std::vector<std::size_t>> parts(layers.size());
  std::vector<std::size_t> gradient(layers.size(), none);
  for (int i = last; i >= (stem_ ? 3 : 1); --i) {
    const Layer& l = layers[std::size_t(i)];
    Step& step = steps_[std::size_t(i)];
    const int now = backward_of(i);
    if (parts[std::size_t(i)].size() == 1) gradient[std::size_t(i)] = parts[std::size_t(i)][0];
    if (parts[std::size_t(i)].size() > 1) gradient[std::size_t(i)] = add_buffer(i, now, now, step.whole);
    for (const int from : l.inputs) {
      if (from == 0 || std::size_t(i) < first_) continue;
      const std::size_t part =
          l.kind == LayerKind::sum ? gradient[std::size_t(i)] : add_buffer(from, now, backward_of(from), step.to_input);
      buffers[part].last = std::max(buffers[part].last, backward_of(from));
      parts[std::size_t(from)].push_back(part);
    }
  }

  const auto memory = plan_memory(buffers);
  memory_.resize(memory.floats + 16);
  auto* begin = memory_.data();
  while (reinterpret_cast<std::uintptr_t>(begin) % 64 != 0) ++begin;
  for (std::size_t b = 0; b < buffers.size(); ++b) *places[b] = begin + memory.offsets[b];
  for (std::size_t i = 1; i < layers.size(); ++i) {
    for (const std::size_t part : parts[i]) steps_[i].parts.push_back(begin + memory.offsets[part]);
    for (const int from : layers[i].inputs) steps_[i].terms.push_back(steps_[std::size_t(from)].value);
    steps_[i].x = steps_[i].terms[0];
  }
}

void HostTraining::load(const float* parameters) {
  parameters_ = parameters;
  for (std::size_t i = 1; i < steps_.size(); ++i) {
    const float* weights = parameters + network_.layers[i].weight;
    if (steps_[i].direct) steps_[i].direct->load(weights);
    if (steps_[i].convolution) steps_[i].convolution->load(weights);
  }
  Laps::end(Part::layout);
}

void HostTraining::train(const ShardInput& input, std::span<float> shard,
                         const std::function<void(std::size_t)>& final_from) {
  begin(input, shard);
  forward(input, shard);
  shard[layout_.loss] = cross_entropy(logits_.data(), input.labels.data(), images_, network_.classes,
                                      input.label_smoothing, dlogits_.data());
  Laps::end(Part::other_kernels);
  backward(input, shard, final_from);
}

std::vector<float> HostTraining::jacobians(const float* images) {
  const ShardInput input{.images = images, .labels = {}, .dropout = {}};
  std::vector<float> shard(layout_.size);
  begin(input, shard);
  forward(input, shard);
  std::ranges::fill(dlogits_, 1.0f);
  backward(input, shard, {});
  const float* gradient = gradient_of(1);
  return {gradient, gradient + std::size_t(images_) * network_.layers[1].outputs()};
}

void HostTraining::begin(const ShardInput& input, std::span<float> shard) {
  for (std::size_t i = 1; i < steps_.size(); ++i)
    if (network_.layers[i].inputs[0] == 0) steps_[i].x = input.images;
  std::fill(shard.begin() + std::ptrdiff_t(layout_.stopped), shard.end(), 0.0f);
}

const float* HostTraining::gradient_of(std::size_t layer) {
  const Step& step = steps_[layer];
  if (step.whole != nullptr) add(step.parts, std::size_t(images_) * network_.layers[layer].outputs(), step.whole);
  return step.whole != nullptr ? step.whole : step.parts.empty() ? dlogits_.data() : step.parts[0];
}

void HostTraining::forward(const ShardInput& input, std::span<float> shard) {
  if (stem_) {
    const Layer& norm = network_.layers[2];
    float *mean = shard.data() + layout_.moments + norm.statistics, *mean_square = mean + norm.channels;
    const float* weights = parameters_ + network_.layers[1].weight;
    taps_ = sum_taps(stem_->convolution, input.images);
    stem_moments(taps_, weights, norm.channels, mean, mean_square);
    set_norm(2, shard);
    stem_forward(*stem_, input.images, weights, steps_[2].norm.scale.data(), steps_[2].norm.shift.data(),
                 steps_[3].value, steps_[3].chosen.data());
    Laps::end(Part::stem);
    round_value(3);
  }
  for (std::size_t i = first_; i < steps_.size(); ++i) {
    const Layer &l = network_.layers[i], &from = network_.layers[std::size_t(l.inputs[0])];
    Step& step = steps_[i];
    const float *weights = parameters_ + l.weight, *bias = parameters_ + l.bias;
    const std::size_t rows = std::size_t(images_) * l.pixels();
    switch (l.kind) {
      case LayerKind::convolution:
        if (step.direct) step.direct->forward(step.x, step.value);
        else step.convolution->forward({step.x, step.rounded_x}, step.value);
        break;
      case LayerKind::depthwise:
        depthwise_forward(window(i), step.x, weights, step.value);
        break;
      case LayerKind::normalisation: {
        float* mean = shard.data() + layout_.moments + l.statistics;
        channel_moments(step.x, rows, l.channels, mean, mean + l.channels);
        set_norm(i, shard);
        scale_shift(step.x, rows, l.channels, step.norm.scale.data(), step.norm.shift.data(), l.relu, step.value);
        break;
      }
      case LayerKind::max_pool:
        max_pool_forward(window(i), step.x, step.value, step.chosen.data());
        break;
      case LayerKind::average_pool:
        average_pool_forward(window(i), step.x, step.value);
        break;
      case LayerKind::sum:
        add(step.terms, rows * std::size_t(l.channels), step.value);
        break;
      case LayerKind::classifier:
        channel_means(step.x, images_, int(from.pixels()), from.channels, features_.data());
        for (std::size_t f = 0; f < features_.size(); ++f)
          dropped_[f] = input.dropout.empty() ? features_[f] : features_[f] * input.dropout[f];
        classify(dropped_.data(), images_, from.channels, l.channels, weights, bias, logits_.data());
        break;
      case LayerKind::input:
        break;
    }
    Laps::end(Part::other_kernels);
    round_value(i);
  }
}

void HostTraining::backward(const ShardInput& input, std::span<float> shard,
                            const std::function<void(std::size_t)>& final_from) {
  std::size_t first = network_.decayed;   // what is final
  const auto messages_go_on =
      [&] {   // also where nothing new is final: the oftener, the sooner an arrived one is answered
        if (final_from && first < network_.decayed) final_from(first);
      };
  for (std::size_t i = steps_.size() - 1; i >= first_; --i) {
    const Layer &l = network_.layers[i], &from = network_.layers[std::size_t(l.inputs[0])];
    Step& step = steps_[i];
    const std::size_t rows = std::size_t(images_) * l.pixels();
    const float* dy = gradient_of(i);
    Laps::end(Part::other_kernels);
    const float* weights = parameters_ + l.weight;
    float *dweights = shard.data() + l.weight, *dbias = shard.data() + l.bias;
    switch (l.kind) {
      case LayerKind::convolution:
        if (step.rounded_gradient != nullptr)
          round_to_bfloat16(dy, rows * std::size_t(l.channels), step.rounded_gradient);
        if (step.direct) step.direct->backward_weights(step.x, dy, dweights);
        else step.convolution->backward_weights({step.x, step.rounded_x}, {dy, step.rounded_gradient}, dweights);
        break;
      case LayerKind::depthwise:
        depthwise_backward(window(i), step.x, weights, dy, step.to_input, dweights);
        break;
      case LayerKind::normalisation:
        normalise_backward(step.x, dy, rows, l.channels, affine(i, shard), l.relu, step.to_input, dweights, dbias);
        break;
      case LayerKind::max_pool:
        max_pool_backward(window(i), dy, step.chosen.data(), step.to_input);
        break;
      case LayerKind::average_pool:
        if (step.to_input != nullptr) average_pool_backward(window(i), dy, step.to_input);
        break;
      case LayerKind::classifier:
        classify_backward(dropped_.data(), dy, images_, from.channels, l.channels, weights, dfeatures_.data(), dweights,
                          dbias);
        channel_means_backward(dfeatures_.data(), input.dropout.empty() ? nullptr : input.dropout.data(), images_,
                               int(from.pixels()), from.channels, step.to_input);
        break;
      case LayerKind::sum:
      case LayerKind::input:
        break;
    }
    Laps::end(Part::other_kernels);
    if (l.weight_count > 0 && l.weight < network_.decayed) first = l.weight;
    messages_go_on();
    if (l.kind == LayerKind::convolution && step.to_input != nullptr) {
      if (step.direct) step.direct->backward_input(dy, step.to_input);
      else step.convolution->backward_input({dy, step.rounded_gradient}, step.to_input);
      messages_go_on();
    }
  }
  if (stem_) {
    const Layer &convolution = network_.layers[1], &norm = network_.layers[2];
    stem_backward(*stem_, input.images, taps_, parameters_ + convolution.weight, steps_[3].value, gradient_of(3),
                  steps_[3].chosen.data(), affine(2, shard), shard.data() + convolution.weight,
                  shard.data() + norm.weight, shard.data() + norm.bias);
    Laps::end(Part::stem);
    if (final_from) final_from(convolution.weight);
  }
}

}   // namespace archipel::train
