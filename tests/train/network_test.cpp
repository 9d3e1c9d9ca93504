#include "synthetic.hpp"

#include "base/error.hpp"
#include "train/model.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <set>

using namespace archipel;
using namespace archipel::train;

BOOST_AUTO_TEST_CASE(parameters_and_macs_equal_the_formula) {
  const Architecture one_convolution{
      .operations = {"conv3x3"}, .inputs = {{0}, {0, 1}}, .widths = {16, 32, 64}, .cells = {1, 1, 1}};
  const auto network = network_of(one_convolution, 1, 28, 28, 10);
  // stem, three cells, two reductions, classifier; two values a channel for each normalisation
  const std::size_t weights = 9 * (1 * 16 + 16 * 16 + 16 * 32 + 32 * 32 + 32 * 64 + 64 * 64) + 640;
  BOOST_TEST(network.decayed == weights);
  BOOST_TEST(network.parameters == weights + 2 * (16 + 16 + 32 + 32 + 64 + 64) + 10);
  BOOST_TEST(network.statistics == 2u * (16 + 16 + 32 + 32 + 64 + 64));
  const std::uint64_t macs = 9 * (784 * 16 + 196 * 256 + 49 * (512 + 1024) + 16 * (2048 + 4096)) + 640;
  BOOST_TEST(macs_of(network) == macs);
  BOOST_TEST(training_flops_of(network) == 6 * macs);
  BOOST_TEST(complexity_of(network) == 4 + 4 + 5 + 5 + 6 + 6 + std::log2(10.0), boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(every_parameter_belongs_to_one_layer) {
  const auto network = network_of(every_operation(12), 3, 32, 20, 7);
  std::vector<int> owners(network.parameters), statistics(network.statistics);
  for (const auto& layer : network.layers) {
    for (std::size_t i = 0; i < layer.weight_count; ++i) ++owners[layer.weight + i];
    for (std::size_t i = 0; i < layer.bias_count; ++i) ++owners[layer.bias + i];
    if (layer.kind == LayerKind::normalisation)
      for (std::size_t i = 0; i < 2 * layer.weight_count; ++i) ++statistics[layer.statistics + i];
    const bool decays = layer.kind != LayerKind::normalisation;
    if (layer.weight_count > 0) BOOST_TEST((layer.weight < network.decayed) == decays);
    if (layer.bias_count > 0) BOOST_TEST(layer.bias >= network.decayed);
  }
  BOOST_TEST(std::ranges::count(owners, 1) == std::ptrdiff_t(network.parameters));
  BOOST_TEST(std::ranges::count(statistics, 1) == std::ptrdiff_t(network.statistics));
}

BOOST_AUTO_TEST_CASE(random_genomes_make_networks_whose_layers_are_all_used) {
  const Study study;
  const Space space = make_space(study);
  std::set<std::size_t> sizes;
  for (std::uint32_t i = 0; i < 300; ++i) {
    Stream draws(1, Purpose::ask, 0, 0, i);
    const auto genome = space.random(draws);
    const auto network = network_spec(space, genome, 1, 28, 28, 10);
    std::vector<int> uses(network.layers.size());
    for (const auto& layer : network.layers)
      for (const int from : layer.inputs) ++uses[from];
    for (std::size_t l = 0; l + 1 < uses.size(); ++l) BOOST_REQUIRE(uses[l] > 0);
    BOOST_TEST(network.architecture.widths.size() == std::size_t(study.space.stages));
    BOOST_TEST(network.architecture.cells.size() == std::size_t(study.space.stages));
    BOOST_TEST(training_memory_of(network, 4, 32) > network.parameters * 4);
    const auto text = draw_network(network);
    for (const auto& operation : network.architecture.operations) BOOST_TEST(text.find(operation) != std::string::npos);
    sizes.insert(network.parameters);
  }
  BOOST_TEST(sizes.size() > 100u);
}

BOOST_AUTO_TEST_CASE(initial_weights_have_the_variance_of_their_fan_in) {
  const auto network = network_of(every_operation(24), 1, 28, 28, 10);
  const auto parameters = initial_parameters(network, 3);
  BOOST_TEST((parameters == initial_parameters(network, 3)));
  BOOST_TEST((parameters != initial_parameters(network, 4)));
  for (const auto& layer : network.layers) {
    if (layer.kind != LayerKind::convolution || layer.weight_count < 2000) continue;
    double squares = 0;
    for (std::size_t i = 0; i < layer.weight_count; ++i) squares += std::pow(parameters[layer.weight + i], 2);
    const double fan_in = double(layer.weight_count) / layer.channels;
    BOOST_TEST(squares / double(layer.weight_count) == 2 / fan_in, boost::test_tools::tolerance(0.1));
  }
}

BOOST_AUTO_TEST_CASE(impossible_networks_are_the_users_mistake) {
  Architecture architecture = every_operation(8);
  architecture.cells.assign(7, 1);
  architecture.widths.assign(7, 8);
  BOOST_CHECK_THROW(network_of(architecture, 1, 28, 28, 10), InputError);
  for (const char* name : {"conv7x7", "conv", "", "sep1x1", "sep", "dropout"}) {
    architecture = every_operation(8);
    architecture.operations[0] = name;
    BOOST_CHECK_THROW(network_of(architecture, 1, 28, 28, 10), InputError);
  }
}
