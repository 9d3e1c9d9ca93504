#include "base/rank_test.hpp"

#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace archipel {
namespace {

std::vector<double> sample(std::size_t size, double shift, Stream& draws) {
  std::vector<double> values(size);
  for (auto& value : values) value = std::floor(4 * (draws.normal() + shift)) / 4;   // with ties
  return values;
}

/// Share of random divisions of all values that are at least as uneven.
double p_by_permutation(std::vector<double> first, const std::vector<double>& second, Stream& draws) {
  const double seen = std::fabs(compare_ranks(first, second).superiority - 0.5);
  const std::size_t n = first.size();
  first.insert(first.end(), second.begin(), second.end());
  int as_uneven = 0;
  constexpr int divisions = 4000;
  for (int i = 0; i < divisions; ++i) {
    draws.shuffle(std::span(first));
    const auto test = compare_ranks(std::span(first).first(n), std::span(first).subspan(n));
    as_uneven += std::fabs(test.superiority - 0.5) >= seen - 1e-12;
  }
  return double(as_uneven) / divisions;
}

BOOST_AUTO_TEST_CASE(p_is_what_random_divisions_give) {
  Stream draws(3, Purpose::ask, 0, 0, 0);
  for (const double shift : {0.0, 0.3, 0.6, 1.0}) {
    const auto first = sample(20, shift, draws), second = sample(25, 0, draws);
    BOOST_TEST(std::fabs(compare_ranks(first, second).p - p_by_permutation(first, second, draws)) < 0.03);
  }
}

BOOST_AUTO_TEST_CASE(superiority_counts_pairs) {
  const std::vector<double> first = {1, 2, 2, 5}, second = {2, 0, 4};
  BOOST_TEST(compare_ranks(first, second).superiority == (1 + 1.5 + 1.5 + 3) / 12);
  BOOST_TEST(compare_ranks(second, first).superiority == 5.0 / 12);
  BOOST_TEST(compare_ranks(second, first).p == compare_ranks(first, second).p);
}

BOOST_AUTO_TEST_CASE(equal_values_differ_by_nothing) {
  const std::vector<double> same(10, -std::numeric_limits<double>::infinity());
  BOOST_TEST(compare_ranks(same, same).superiority == 0.5);
  BOOST_TEST(compare_ranks(same, same).p == 1);
}

BOOST_AUTO_TEST_CASE(holm_multiplies_the_smallest_most_and_keeps_the_order) {
  const std::vector<double> p = {0.02, 0.001, 0.6, 0.015};
  BOOST_TEST(holm_corrected(p) == (std::vector{0.045, 0.004, 0.6, 0.045}), boost::test_tools::tolerance(1e-12)
                                                                               << boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(quantiles_lie_between_values) {
  BOOST_TEST(quantile({3}, 0.5) == 3);
  BOOST_TEST(quantile({4, 1, 2, 3}, 0.5) == 2.5);
  BOOST_TEST(quantile({4, 1, 2, 3}, 0) == 1);
  BOOST_TEST(quantile({4, 1, 2, 3}, 1) == 4);
  const double none = -std::numeric_limits<double>::infinity();
  BOOST_TEST(quantile({none, none, 1}, 0.25) == none);
  BOOST_TEST(quantile({none, none, 1}, 0.5) == none);
  BOOST_TEST(quantile({none, 1}, 0.5) == none);
  BOOST_TEST(quantile({none, 1, 2}, 0.75) == 1.5);
}

}   // namespace
}   // namespace archipel
