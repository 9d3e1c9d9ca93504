#include "search/pareto.hpp"

#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace archipel {
namespace {

std::vector<Scores> random_points(std::size_t count, std::size_t objectives, std::uint32_t seed) {
  Stream draws(seed, Purpose::ask, 0, 0, 0);
  std::vector<Scores> points(count, Scores(objectives));
  for (auto& point : points)
    for (auto& value : point) value = double(draws.below(8)) / 8;   // with many ties
  return points;
}

BOOST_AUTO_TEST_CASE(a_front_is_what_nobody_outside_the_earlier_ones_dominates) {
  for (const std::size_t objectives : {1, 2, 3, 4}) {
    for (std::uint32_t seed = 1; seed < 20; ++seed) {
      const auto points = random_points(40, objectives, seed);
      const auto fronts = fronts_of(points);
      for (std::size_t i = 0; i < points.size(); ++i) {
        int before = -1;
        for (std::size_t j = 0; j < points.size(); ++j)
          if (dominates(points[j], points[i])) before = std::max(before, fronts[j]);
        BOOST_TEST_REQUIRE(fronts[i] == before + 1);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_failed_is_dominated_by_all_else) {
  constexpr double failed = -std::numeric_limits<double>::infinity();
  const std::vector<Scores> all = {{failed, failed}, {0, -9}, {failed, failed}};
  BOOST_TEST(fronts_of(all) == (std::vector{1, 0, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(ends_are_infinitely_far_and_gaps_are_in_units_of_the_range) {
  const std::vector<Scores> front = {{0, 4}, {4, 0}, {1, 2}};
  const auto crowding = crowding_of(front);
  BOOST_TEST(std::isinf(crowding[0]));
  BOOST_TEST(std::isinf(crowding[1]));
  BOOST_TEST(crowding[2] == 2);
  BOOST_TEST(crowding_of(std::vector<Scores>()).empty());
}

BOOST_AUTO_TEST_CASE(hypervolume_is_the_share_of_random_points_that_are_dominated) {
  for (const std::size_t objectives : {1, 2, 3, 4}) {
    const auto points = random_points(12, objectives, 3);
    const Scores reference(objectives, 0);
    Stream draws(5, Purpose::ask, 0, 0, 0);
    int inside = 0;
    constexpr int samples = 200'000;
    Scores sample(objectives);
    for (int i = 0; i < samples; ++i) {
      for (auto& value : sample) value = draws.unit();
      const auto covers = [&](const Scores& point) {
        return std::ranges::equal(point, sample, [](double p, double s) { return p > s; });
      };
      inside += std::ranges::any_of(points, covers);
    }
    BOOST_TEST(std::abs(hypervolume(points, reference) - double(inside) / samples) < 0.005);
  }
}

BOOST_AUTO_TEST_CASE(hypervolume_of_what_does_not_exceed_the_reference_is_nothing) {
  const Scores reference = {0, 0};
  BOOST_TEST(hypervolume({}, reference) == 0);
  BOOST_TEST(hypervolume({{-1, 5}, {5, 0}}, reference) == 0);
  BOOST_TEST(hypervolume({{1, 1}, {1, 1}, {2, 0.5}}, reference) == 1.5);
}

BOOST_AUTO_TEST_CASE(simplex_points_are_evenly_spread) {
  BOOST_TEST(simplex_points(2, 4).size() == 5u);
  const auto points = simplex_points(3, 12);
  BOOST_TEST(points.size() == 91u);
  for (const auto& point : points) BOOST_TEST(std::abs(point[0] + point[1] + point[2] - 1) < 1e-12);
}

}   // namespace
}   // namespace archipel
