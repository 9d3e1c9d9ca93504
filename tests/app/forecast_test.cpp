#include "app/forecast.hpp"

#include <boost/test/unit_test.hpp>

using namespace archipel::app;

namespace {
const std::vector<StageCost> study{
    {.each = 10, .evaluations = 20, .budget = 200}, {.each = 50, .evaluations = 4}, {.each = 300, .evaluations = 1}};
}

BOOST_AUTO_TEST_CASE(nothing_measured_is_no_forecast) {
  BOOST_TEST(!time_left(study, 0, {}));
  BOOST_TEST(
      !time_left(study, 0, {.first_share = 0.5, .share = 0.5, .elapsed = 10}));   // a resume that has done nothing yet
}

BOOST_AUTO_TEST_CASE(what_is_left_is_at_the_speed_so_far) {
  const auto left = time_left(study, 0, {.share = 0.25, .elapsed = 25}).value();   // 50 units in 25 s
  BOOST_TEST(left.stage == 75);
  BOOST_TEST(left.study == 75 + 100 + 150);
}

BOOST_AUTO_TEST_CASE(what_earlier_starts_did_took_none_of_this_ones_time) {
  const auto left = time_left(study, 0, {.first_share = 0.5, .share = 0.75, .elapsed = 25}).value();
  BOOST_TEST(left.stage == 25);
}

BOOST_AUTO_TEST_CASE(candidates_that_cost_more_than_random_ones_do_so_later_too) {
  // A budget of 200 units is spent, whatever the candidates cost; the finalists cost twice as much as random ones.
  const auto left = time_left(study, 0, {.share = 0.5, .elapsed = 50, .each = 20}).value();
  BOOST_TEST(left.stage == 50);
  BOOST_TEST(left.study == 50 + 200 + 300);
  // Four evaluations of 100 units: half of them in 50 s.
  BOOST_TEST(time_left(study, 1, {.share = 0.5, .elapsed = 50, .each = 100})->study == 50 + 150);
}

BOOST_AUTO_TEST_CASE(a_stage_with_a_limit_of_time_takes_no_longer) {
  const std::vector<StageCost> timed{
      {.each = 1, .evaluations = 10}, {.each = 1, .seconds = 60}, {.each = 1, .evaluations = 1000, .seconds = 30}};
  BOOST_TEST(time_left(timed, 0, {.share = 0.5, .elapsed = 5})->study == 5 + 60 + 30);
}
