#include "app/latency_fit.hpp"

#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace archipel;
using namespace archipel::app;

namespace {

/// Layers of many sizes whose times are `factors` times their work, each wrong by up to `noise`.
std::vector<WorkSample> layers(const std::array<double, 3>& factors, double noise) {
  std::vector<WorkSample> samples;
  for (std::uint32_t i = 0; i < 100; ++i) {
    Stream draws(1, Purpose::canary, 0, i, 0);
    const std::array<double, 3> work{1, 100 * std::exp(8 * draws.unit()), 100 * std::exp(5 * draws.unit())};
    samples.push_back({work, time_of(factors, work) * (1 + noise * (2 * draws.unit() - 1))});
  }
  return samples;
}

}   // namespace

BOOST_AUTO_TEST_CASE(a_fit_finds_the_factors_behind_times) {
  for (const std::array<double, 3> factors :
       {std::array{0.5, 2e-5, 1e-4}, {0.5, 0.0, 1e-4}, {0.0, 3e-5, 0.0}, {0.0, 0.0, 2e-4}, {2.0, 0.0, 0.0}}) {
    const auto exact = fit_work(layers(factors, 0)), near = fit_work(layers(factors, 0.1));
    for (std::size_t i = 0; i < 3; ++i) {
      BOOST_TEST(std::abs(exact[i] - factors[i]) <= 1e-6 * factors[i] + 1e-9);
      BOOST_TEST(near[i] >= 0);
    }
    for (const auto& [work, time] : layers(factors, 0)) BOOST_TEST(std::abs(time_of(near, work) / time - 1) < 0.1);
  }
}

BOOST_AUTO_TEST_CASE(layers_that_take_seconds_have_a_fit) {
  const std::array<double, 3> factors{0, 30, 0};
  const auto fit = fit_work(layers(factors, 0));
  BOOST_TEST(fit[1] == factors[1], boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(layers_of_one_size_have_a_fit) {
  const std::vector<WorkSample> same(5, {{1, 1000, 50}, 3.0});
  BOOST_TEST(time_of(fit_work(same), same[0].work) == 3.0, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(fit_work(std::vector<WorkSample>{{{1, 0, 0}, 2.0}})[0] == 2.0);
}

BOOST_AUTO_TEST_CASE(rank_correlation_sees_order_alone) {
  BOOST_TEST(rank_correlation({1, 2, 3, 4}, {1, 4, 9, 16}) == 1.0);
  BOOST_TEST(rank_correlation({1, 2, 3, 4}, {4, 3, 2, 1}) == -1.0);
  BOOST_TEST(rank_correlation({1, 2, 3, 4}, {2, 1, 4, 3}) == 0.6, boost::test_tools::tolerance(1e-12));
}
