#include "search/best_probability.hpp"

#include "base/random.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace archipel;

BOOST_AUTO_TEST_CASE(of_two_it_is_that_of_students_t) {
  Stream draws(1, Purpose::canary, 0, 0, 0);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<std::vector<double>> values(2);
    for (auto& each : values) {
      each.resize(2 + draws.below(6));
      for (double& value : each) value = 100 * draws.normal();
    }
    double squares = 0;
    int freedom = 0;
    for (const auto& each : values) {
      for (const double value : each) squares += std::pow(value - mean_of(each), 2);
      freedom += int(each.size()) - 1;
    }
    const double error =
        std::sqrt(squares / freedom * (1.0 / double(values[0].size()) + 1.0 / double(values[1].size())));
    const double expected = cdf(boost::math::students_t(freedom), (mean_of(values[0]) - mean_of(values[1])) / error);
    BOOST_TEST(probability_of_best(values)[0] == expected, boost::test_tools::tolerance(0.003));
  }
}

BOOST_AUTO_TEST_CASE(of_many_it_is_a_share_and_follows_the_means) {
  Stream draws(2, Purpose::canary, 0, 0, 0);
  std::vector<std::vector<double>> values(40);
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t k = 0; k < 3; ++k) values[i].push_back(0.05 * double(i) + draws.normal());
  const auto probabilities = probability_of_best(values);
  BOOST_TEST(std::accumulate(probabilities.begin(), probabilities.end(), 0.0) == 1, boost::test_tools::tolerance(1e-9));
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t k = 0; k < values.size(); ++k)
      if (mean_of(values[i]) > mean_of(values[k])) BOOST_TEST(probabilities[i] >= probabilities[k]);
  }
}

BOOST_AUTO_TEST_CASE(without_noise_or_without_repetition) {
  const std::vector<std::vector<double>> exact{{1, 1}, {3, 3}, {3}, {2, 2, 2}}, single{{1}, {2}};
  BOOST_TEST(probability_of_best(exact) == (std::vector{0.0, 0.5, 0.5, 0.0}), boost::test_tools::per_element());
  BOOST_TEST(probability_of_best(single) == (std::vector{0.0, 0.0}), boost::test_tools::per_element());
  BOOST_TEST(mean_of({}) == -INFINITY);
}
