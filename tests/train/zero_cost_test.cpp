// Without LibTorch; gradient_test compares what is differentiated with LibTorch's.

#include "synthetic.hpp"

#include "train/batch.hpp"
#include "train/host_training.hpp"
#include "train/zero_cost.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace archipel;
using namespace archipel::train;

namespace {

const auto within = boost::test_tools::tolerance(1e-6);

struct Fixture {
  SyntheticImages images{400, 4, 12, 1};
  TrainingData data{images.set, 100, 1};
  NetworkSpec network = network_of(every_operation(8), 1, 12, 12, 4);
  TrainingPlan plan{.settings = {.shards = 2, .batch = 64, .label_smoothing = 0.1}};
};

}   // namespace

BOOST_FIXTURE_TEST_CASE(scores_are_functions_of_network_data_and_key, Fixture) {
  const TrainingData streamed(images.streamed(), 100, 1);
  for (const std::string name : {"synflow", "grad_norm", "jacob_cov"}) {
    const double score = zero_cost_score(name, network, plan, data, 5);
    BOOST_TEST(std::isfinite(score), name);
    BOOST_TEST(score == zero_cost_score(name, network, plan, data, 5), name);
    BOOST_TEST(score == zero_cost_score(name, network, plan, streamed, 5), name);
    BOOST_TEST(score != zero_cost_score(name, network, plan, data, 6), name);
    BOOST_TEST(zero_cost_flops(name, network, 64) > 0u);
    BOOST_TEST(zero_cost_flops(name, network, 64) <= 64 * training_flops_of(network));
  }
}

BOOST_FIXTURE_TEST_CASE(the_gradients_norm_is_that_of_the_batch, Fixture) {
  plan.settings.shards = 1;
  plan.subset = 64;   // one batch, whose order does not matter
  const auto positions = data.subset(64);
  std::vector<float> input(64 * 144);
  std::vector<std::uint8_t> labels;
  Standardiser(data).assemble(images.set, positions, input.data());
  for (const auto position : positions) labels.push_back(images.labels[position]);
  HostTraining training(network, 64);
  const auto parameters = initial_parameters(network, 5);
  training.load(parameters.data());
  std::vector<float> shard(layout_of(network).size);
  training.train({.images = input.data(), .labels = labels, .dropout = {}, .label_smoothing = 0.1}, shard, {});
  double squares = 0;
  for (std::size_t i = 0; i < network.decayed; ++i) squares += double(shard[i]) * shard[i];
  BOOST_TEST(gradient_norm(network, plan, data, 5) == std::sqrt(squares), boost::test_tools::tolerance(1e-4));
}

BOOST_AUTO_TEST_CASE(jacobians_that_are_unlike_score_best) {
  std::vector<float> unlike{1, -1, 0, 0, 0, 0, 1, -1}, alike{1, 2, 3, 5, 2, 4, 6, 10}, dead{1, 2, 3, 4, 0, 0, 0, 0};
  const double k = 1e-5;
  BOOST_TEST(score_of_jacobians(unlike, 2) == -2 * (std::log(1 + k) + 1 / (1 + k)), within);
  BOOST_TEST(score_of_jacobians(alike, 2) == -(std::log(2 + k) + 1 / (2 + k) + std::log(k) + 1 / k),
             boost::test_tools::tolerance(1e-4));
  BOOST_TEST(std::isnan(score_of_jacobians(dead, 2)));
}

BOOST_AUTO_TEST_CASE(synaptic_flow_of_one_path_is_a_product_and_of_deep_networks_finite) {
  // One 1x1 convolution behind the stem, all weights 1: values follow from counts. 5 x 5 images, 2 channels, 3 classes.
  const auto network =
      network_of({.operations = {"conv1x1"}, .inputs = {{0}, {1}}, .widths = {2}, .cells = {1}}, 1, 5, 5, 3);
  // Each pixel of the pooled stem is 9: every window of 3 x 3 has one whose own window is whole. The path has three layers of weights.
  const double logits = 3 * 2 * 2 * 9.0;
  BOOST_TEST(synflow(network, std::vector<float>(network.parameters, -1.0f)) == std::log(3 * logits), within);

  Architecture deep{.operations = {}, .inputs = {{0}}, .widths = {64, 64, 64}, .cells = {16, 16, 16}};
  for (int node = 1; node <= 12; ++node) {
    deep.operations.push_back("conv5x5");
    deep.inputs.push_back({node});
  }
  deep.inputs.back() = {0, 12};
  const auto of_deep = network_of(deep, 1, 8, 8, 10);
  const double score = synflow(of_deep, initial_parameters(of_deep, 1));
  BOOST_TEST(std::isfinite(score));
  BOOST_TEST(score > 1000);   // e^710 is the largest double
}
