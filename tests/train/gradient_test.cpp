#include "synthetic.hpp"

#include "train/engine.hpp"
#include "train/numerics.hpp"
#include "train/zero_cost.hpp"

#include <torch/torch.h>
#include <boost/test/unit_test.hpp>

#include <string>

using namespace archipel;
using namespace archipel::train;

namespace {

struct Case {
  NetworkSpec network;
  int images;
  std::vector<float> input, dropout;   // input: [images, height, width, channels]
  std::vector<std::uint8_t> labels;
  double smoothing;
};

Case make_case(const NetworkSpec& network, int images, std::uint64_t seed) {
  Case c{.network = network, .images = images, .smoothing = 0.1};
  c.input = random_values(std::size_t(images) * network.channels * network.height * network.width, seed);
  Stream draws(seed, Purpose::canary, 2, 0, 0);
  for (int i = 0; i < images; ++i) c.labels.push_back(std::uint8_t(draws.below(network.classes)));
  c.dropout.resize(std::size_t(images) * features_of(network));
  for (auto& factor : c.dropout) factor = draws.below(4) == 0 ? 0.0f : 4.0f / 3.0f;
  return c;
}

torch::Tensor doubles(const std::vector<float>& values) {
  return torch::tensor(std::vector<double>(values.begin(), values.end()), torch::kFloat64);
}

/// By LibTorch's own operations in double precision. `images` [images, height, width, channels].
torch::Tensor logits_of(const Case& c, const torch::Tensor& flat, const torch::Tensor& images, bool normalises = true) {
  const auto part = [&](std::size_t first, std::size_t count, at::IntArrayRef shape) {
    return flat.narrow(0, std::int64_t(first), std::int64_t(count)).view(shape);
  };
  const auto& n = c.network;
  std::vector<torch::Tensor> values(n.layers.size());
  values[0] = images.view({c.images, n.height, n.width, n.channels}).permute({0, 3, 1, 2}).contiguous();
  for (std::size_t i = 1; i < n.layers.size(); ++i) {
    const Layer& l = n.layers[i];
    const auto& x = values[l.inputs[0]];
    const std::int64_t channels = l.channels, inputs = n.layers[l.inputs[0]].channels, k = l.kernel, pad = l.kernel / 2;
    switch (l.kind) {
      case LayerKind::convolution:
        values[i] = torch::conv2d(x, part(l.weight, l.weight_count, {channels, inputs, k, k}), {}, l.stride, pad);
        break;
      case LayerKind::depthwise:
        values[i] =
            torch::conv2d(x, part(l.weight, l.weight_count, {channels, 1, k, k}), {}, l.stride, pad, 1, channels);
        break;
      case LayerKind::normalisation:
        values[i] = !normalises ? x
                                : torch::batch_norm(x, part(l.weight, l.weight_count, {channels}),
                                                    part(l.bias, l.bias_count, {channels}), {}, {}, true, 0.1,
                                                    normalisation_epsilon, false);
        if (l.relu) values[i] = torch::relu(values[i]);
        break;
      case LayerKind::max_pool:
        values[i] = torch::max_pool2d(x, {k, k}, {l.stride, l.stride}, {pad, pad});
        break;
      case LayerKind::average_pool:
        values[i] = torch::avg_pool2d(x, {k, k}, {l.stride, l.stride}, {pad, pad});
        break;
      case LayerKind::sum:
        values[i] = values[l.inputs[0]];
        for (std::size_t t = 1; t < l.inputs.size(); ++t) values[i] = values[i] + values[l.inputs[t]];
        break;
      case LayerKind::classifier: {
        const auto features = x.mean({2, 3}) * torch::tensor(c.dropout).to(torch::kFloat64).view({c.images, inputs});
        values[i] = torch::addmm(part(l.bias, l.bias_count, {channels}), features,
                                 part(l.weight, l.weight_count, {channels, inputs}).t());
        break;
      }
      case LayerKind::input:
        break;
    }
  }
  return values.back();
}

/// Loss and gradient of the flat parameters, by autograd.
std::pair<double, std::vector<double>> reference(const Case& c, const std::vector<float>& parameters) {
  const auto flat = doubles(parameters).requires_grad_(true);
  const auto labels = torch::tensor(std::vector<std::int64_t>(c.labels.begin(), c.labels.end()));
  const auto logs = torch::log_softmax(logits_of(c, flat, doubles(c.input)), 1);
  const auto loss = (1 - c.smoothing) * torch::nll_loss(logs, labels) - c.smoothing * logs.mean();
  loss.backward();
  const auto gradient = flat.grad().contiguous();
  return {loss.item<double>(),
          std::vector<double>(gradient.data_ptr<double>(), gradient.data_ptr<double>() + gradient.numel())};
}

/// What differs from the reference by more than rounding.
std::vector<std::string> differences(const Case& c, std::uint64_t seed, Device device) {
  auto parameters = initial_parameters(c.network, seed);
  const auto noise = random_values(parameters.size(), seed + 1);
  for (std::size_t i = c.network.decayed; i < parameters.size(); ++i)
    parameters[i] += 0.3f * noise[i];   // scales and biases of all kinds
  TrainingState state{.weights = {parameters, initial_statistics(c.network)}};
  const auto engine = make_engine(c.network, {.shards = 1}, device, state);
  engine->push();
  engine->compute(
      0, {.images = c.input.data(), .labels = c.labels, .dropout = c.dropout, .label_smoothing = c.smoothing}, nullptr);
  const auto shard = engine->shards()[0];
  const auto [loss, gradient] = reference(c, parameters);
  std::vector<std::string> found;
  if (const double got = shard[engine->layout().loss]; std::abs(got - loss) > 1e-5 * loss)
    found.push_back("loss " + std::to_string(got) + ", not " + std::to_string(loss));
  double largest = 0;
  for (const double g : gradient) largest = std::max(largest, std::abs(g));
  for (const auto& l : c.network.layers)
    for (const auto& [first, count] : {std::pair(l.weight, l.weight_count), std::pair(l.bias, l.bias_count)}) {
      double scale = 1e-3 * largest, error = 0;   // of this parameter tensor
      for (std::size_t i = first; i < first + count; ++i) {
        scale = std::max(scale, std::abs(gradient[i]));
        error = std::max(error, std::abs(gradient[i] - double(shard[i])));
      }
      if (!(error <= 1e-3 * scale))
        found.push_back("layer " + std::to_string(&l - c.network.layers.data()) + " of kind " +
                        std::to_string(int(l.kind)) + ": " + std::to_string(error) + " of " + std::to_string(scale));
    }
  return found;
}

/// Right on one of three inputs: rounding may choose another maximum, or pass another ReLU, whose gradients are others then.
void compare(const NetworkSpec& network, int images, std::uint64_t seed) {
  for (const auto device : {Device::cpu, Device::reference}) {
    std::string all;
    bool right = false;
    for (std::uint64_t input = 0; input < 3 && !right; ++input) {
      const auto found = differences(make_case(network, images, seed + 100 * input), seed + 2, device);
      right = found.empty();
      for (const auto& one : found) all += "\n  input " + std::to_string(input) + ", " + one;
    }
    BOOST_TEST(right, "device " << int(device) << all);
  }
}

}   // namespace

BOOST_AUTO_TEST_CASE(every_operation_alone_has_autograds_gradient) {
  prepare_process();
  for (const std::string operation :
       {"conv1x1", "conv3x3", "conv5x5", "sep3x3", "sep5x5", "maxpool", "avgpool", "identity"}) {
    BOOST_TEST_CONTEXT(operation) {
      const Architecture architecture{.operations = {operation}, .inputs = {{0}, {1}}, .widths = {16}, .cells = {1}};
      compare(network_of(architecture, 1, 12, 12, 4), 8, 3);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_reduction_has_autograds_gradient) {
  prepare_process();
  for (const std::string reduction : {"conv3x3", "maxpool", "avgpool"})
    for (const int size : {12, 15}) BOOST_TEST_CONTEXT(reduction << " of " << size) {
        const Architecture architecture{.operations = {"conv1x1"},
                                        .inputs = {{0}, {0, 1}},
                                        .widths = {6, 10},
                                        .cells = {1, 1},
                                        .reduction = reduction};
        compare(network_of(architecture, 2, size, size, 4), 8, 3);
      }
}

BOOST_AUTO_TEST_CASE(all_operations_together_have_autograds_gradient_at_any_width) {
  prepare_process();
  for (const int width : {4, 7, 12, 40}) BOOST_TEST_CONTEXT("width " << width)
  compare(network_of(every_operation(width), 3, 15, 11, 5), 9, std::uint64_t(width));
}

BOOST_AUTO_TEST_CASE(zero_cost_scores_are_those_of_the_same_networks_in_libtorch) {
  prepare_process();
  for (const int channels : {1, 3})
    for (const std::string reduction : {"conv3x3", "maxpool", "avgpool"})
      BOOST_TEST_CONTEXT("channels " << channels << ", " << reduction) {
        auto architecture = every_operation(12);
        architecture.reduction = reduction;
        auto c = make_case(network_of(architecture, channels, 15, 11, 5), 9, 3);
        std::ranges::fill(c.dropout, 1.0f);
        const auto parameters = initial_parameters(c.network, 7);

        const auto images = doubles(c.input).requires_grad_(true);
        logits_of(c, doubles(parameters), images).sum().backward();
        const auto ours = doubles(jacobians(c.network, parameters, c.input)), theirs = images.grad();
        BOOST_TEST((ours - theirs).norm().item<double>() < 1e-3 * theirs.norm().item<double>());

        const auto flat = doubles(parameters).abs().requires_grad_(true);
        const auto weights = std::int64_t(c.network.decayed);
        logits_of(c, torch::cat({flat.narrow(0, 0, weights), torch::zeros(flat.size(0) - weights, torch::kFloat64)}),
                  torch::ones_like(images), false)
            .sum()
            .backward();
        const auto flow = (flat * flat.grad()).sum().item<double>() / c.images;   // of one image
        BOOST_TEST(synflow(c.network, parameters) == std::log(flow), boost::test_tools::tolerance(1e-5));
      }
}
