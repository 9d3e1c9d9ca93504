#include "search/portable_math.hpp"
#include "train/convolution.hpp"
#include "train/zero_cost.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace archipel::train {
namespace {

/// What a layer makes of an image of ones, then the derivative of that when all weights grow by the same factor, dv/dt of (1 + t) w.
/// The derivative of R is the sum of w dR/dw: one forward pass of two images gives what a backward pass would.
struct Flow {
  std::vector<float> values;   // [2, height, width, channels], times 2^exponent
  int exponent = 0;
};

/// Deep networks overflow floats: the largest value is brought to [1/2, 1), which changes no bit of the others.
void rescale(Flow& flow) {
  int shift = 0;
  std::frexp(*std::ranges::max_element(flow.values), &shift);
  for (auto& value : flow.values) value = std::ldexp(value, -shift);
  flow.exponent += shift;
}

/// Of a layer that multiplies by its weights once: d(w x) = w dx + x dw, and x dw is w x.
void add_own(std::vector<float>& values) {
  const std::size_t half = values.size() / 2;
  for (std::size_t i = 0; i < half; ++i) values[half + i] += values[i];
}

void max_pool(Window window, const std::vector<float>& x, std::vector<float>& y) {
  window.images = 1;
  std::vector<std::int32_t> chosen(window.outputs());
  max_pool_forward(window, x.data(), y.data(), chosen.data());
  const float* dx = x.data() + window.inputs();
  for (std::size_t i = 0; i < chosen.size(); ++i) {   // the derivative comes from where the value does
    const int c = int(i % std::size_t(window.channels)), pixel = int(i / std::size_t(window.channels));
    const int row = pixel / window.out_width() * window.stride - window.padding + chosen[i] / window.kernel;
    const int column = pixel % window.out_width() * window.stride - window.padding + chosen[i] % window.kernel;
    y[chosen.size() + i] = dx[(std::size_t(row) * window.width + std::size_t(column)) * window.channels + c];
  }
}

void sum(const std::vector<const Flow*>& terms, Flow& total) {
  total.exponent = terms[0]->exponent;
  for (const auto* term : terms) total.exponent = std::max(total.exponent, term->exponent);
  for (const auto* term : terms)
    for (std::size_t i = 0; i < total.values.size(); ++i)
      total.values[i] += std::ldexp(term->values[i], term->exponent - total.exponent);
}

}   // namespace

double synflow(const NetworkSpec& network, const std::vector<float>& parameters) {
  std::vector<float> weights(parameters.size());
  for (std::size_t i = 0; i < network.decayed; ++i) weights[i] = std::fabs(parameters[i]);
  const auto& layers = network.layers;
  std::vector<Flow> flows(layers.size());
  flows[0].values.assign(2 * layers[0].outputs(), 0.0f);
  std::fill_n(flows[0].values.begin(), layers[0].outputs(), 1.0f);
  for (std::size_t i = 1; i < layers.size(); ++i) {
    const Layer &l = layers[i], &from = layers[std::size_t(l.inputs[0])];
    const Flow& x = flows[std::size_t(l.inputs[0])];
    Flow& y = flows[i];
    y.exponent = x.exponent;
    y.values.resize(2 * l.outputs());
    const Window window{.images = 2,
                        .height = from.height,
                        .width = from.width,
                        .channels = from.channels,
                        .kernel = l.kernel,
                        .stride = l.stride,
                        .padding = l.kernel / 2};
    const std::vector<float> no_bias(std::size_t(l.channels), 0.0f);
    switch (l.kind) {
      case LayerKind::convolution: {
        Convolution convolution(window, l.channels, Convolution::For::prediction, false);
        convolution.load(weights.data() + l.weight, no_bias.data());
        convolution.forward(x.values.data(), y.values.data());
        add_own(y.values);
        break;
      }
      case LayerKind::depthwise:
        depthwise_forward(window, x.values.data(), weights.data() + l.weight, y.values.data());
        add_own(y.values);
        break;
      case LayerKind::normalisation:   // left out; all values are positive, and ReLU passes them
        y.values = x.values;
        break;
      case LayerKind::max_pool:
        max_pool(window, x.values, y.values);
        break;
      case LayerKind::average_pool:
        average_pool_forward(window, x.values.data(), y.values.data());
        break;
      case LayerKind::sum: {
        std::vector<const Flow*> terms;
        for (const int term : l.inputs) terms.push_back(&flows[std::size_t(term)]);
        sum(terms, y);
        break;
      }
      case LayerKind::classifier: {
        std::vector<float> features(2 * std::size_t(from.channels));
        channel_means(x.values.data(), 2, int(from.pixels()), from.channels, features.data());
        classify(features.data(), 2, from.channels, l.channels, weights.data() + l.weight, no_bias.data(),
                 y.values.data());
        add_own(y.values);
        break;
      }
      case LayerKind::input:
        break;
    }
    rescale(y);
  }
  const Flow& logits = flows.back();
  double score = 0;
  for (std::size_t c = logits.values.size() / 2; c < logits.values.size(); ++c) score += double(logits.values[c]);
  return natural_log(score) + 0.6931471805599453 * logits.exponent;
}

}   // namespace archipel::train
