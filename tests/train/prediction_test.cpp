// A trained network computed on the CPU, where normalisations are folded into convolutions, beside LibTorch's operations.

#include "synthetic.hpp"

#include "train/engine.hpp"
#include "train/numerics.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace archipel;
using namespace archipel::train;

BOOST_AUTO_TEST_CASE(folded_networks_have_the_logits_of_the_whole_ones) {
  prepare_process();
  for (const int width : {4, 7, 12, 24, 40})
    for (const int images : {1, 64, 100}) BOOST_TEST_CONTEXT("width " << width << ", images " << images) {
        const auto network = network_of(every_operation(width), 3, 15, 11, 5);
        TrainingState state{.weights = {initial_parameters(network, 1), initial_statistics(network)}};
        const auto noise = random_values(network.parameters + network.statistics, std::uint64_t(width));
        for (std::size_t i = network.decayed; i < network.parameters; ++i)
          state.weights.parameters[i] += 0.3f * noise[i];
        for (std::size_t i = 0; i < network.statistics; ++i)
          state.weights.statistics[i] += 0.5f * std::abs(noise[network.parameters + i]);
        const auto input = random_values(std::size_t(images) * network.layers[0].outputs(), 3);
        std::vector<std::vector<float>> logits;
        for (const auto device : {Device::cpu, Device::reference}) {
          const auto engine = make_engine(network, {.shards = 1}, device, state);
          engine->push();
          logits.emplace_back(std::size_t(images) * network.classes);
          engine->predict(input.data(), images, logits.back().data());
        }
        double largest = 0, difference = 0;
        for (std::size_t i = 0; i < logits[0].size(); ++i) {
          largest = std::max(largest, double(std::abs(logits[1][i])));
          difference = std::max(difference, double(std::abs(logits[0][i] - logits[1][i])));
        }
        BOOST_TEST(largest > 0.1);
        BOOST_TEST(difference < 1e-4 * largest);
      }
}

BOOST_AUTO_TEST_CASE(new_weights_are_predicted_with) {
  prepare_process();
  const auto network = network_of(every_operation(8), 1, 12, 12, 3);
  TrainingState state{.weights = {initial_parameters(network, 1), initial_statistics(network)}};
  const auto engine = make_engine(network, {.shards = 1}, Device::cpu, state);
  engine->push();
  const auto input = random_values(network.layers[0].outputs(), 3);
  std::vector<float> before(3), after(3);
  engine->predict(input.data(), 1, before.data());
  state.weights.parameters = initial_parameters(network, 2);
  engine->push();
  engine->predict(input.data(), 1, after.data());
  BOOST_TEST(before != after);
}
