// Without LibTorch, so that the sanitizers see it; gradient_test compares each value with LibTorch's.

#include "shard.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace archipel;
using namespace archipel::train;

namespace {

NetworkSpec network_of_all(int width) { return network_of(every_operation(width), 1, 12, 12, 4); }

}   // namespace

BOOST_AUTO_TEST_CASE(the_loss_grows_along_the_gradient_as_it_says) {
  for (const int channels : {1, 3, 6})   // of images; 6 are too many for the stem's kernels
    for (const std::string reduction : {"conv3x3", "maxpool", "avgpool"})
      BOOST_TEST_CONTEXT("channels " << channels << ", " << reduction) {
        auto architecture = every_operation(12);
        architecture.reduction = reduction;
        Shard shard(network_of(architecture, channels, 15, 11, 5), 9);
        const auto gradient = shard.train();
        double norm = 0;
        for (std::size_t i = 0; i < shard.network.parameters; ++i) norm += double(gradient[i]) * gradient[i];
        norm = std::sqrt(norm);
        const auto start = shard.parameters;
        const auto loss_at = [&](double distance) {
          for (std::size_t i = 0; i < start.size(); ++i)
            shard.parameters[i] = start[i] + float(distance * gradient[i] / norm);
          return double(shard.train()[shard.layout.loss]);
        };
        const double step = 1e-3, slope = (loss_at(step) - loss_at(-step)) / (2 * step);
        BOOST_TEST(slope == norm, boost::test_tools::tolerance(0.03));
      }
}

BOOST_AUTO_TEST_CASE(every_value_is_written_and_the_same_each_time) {
  Shard shard(network_of_all(20), 7);
  const auto first = shard.train();
  for (const float value : first) BOOST_REQUIRE(std::isfinite(value));
  BOOST_TEST(first == shard.train());
  BOOST_TEST(first == Shard(network_of_all(20), 7).train());
}

BOOST_AUTO_TEST_CASE(gradients_become_final_from_the_end) {
  Shard shard(network_of_all(8), 5);
  const auto whole = shard.train();
  std::vector<std::size_t> places;
  shard.train([&](std::size_t first) { places.push_back(first); });
  BOOST_TEST(places.size() > 5u);
  BOOST_TEST(places.front() < shard.network.decayed);
  BOOST_TEST(places.back() == 0u);
  for (std::size_t i = 1; i < places.size(); ++i) BOOST_TEST(places[i] <= places[i - 1]);
}
