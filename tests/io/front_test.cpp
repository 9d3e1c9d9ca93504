#include "io/front.hpp"

#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace archipel::io {
namespace {

StageLayout three_objectives() {
  StageLayout stage;
  stage.objectives = {{"accuracy", "share", true}, {"unused", "1", true}, {"parameters", "1", false}};
  stage.optimised = {0, 2};
  return stage;
}

std::vector<Row> random_rows(std::size_t count, std::uint32_t seed) {
  Stream draws(seed, Purpose::ask, 0, 0, 0);
  std::vector<Row> rows(count);
  for (std::size_t i = 0; i < count; ++i) {
    rows[i].origin = {std::int32_t(i % 3), std::int64_t(i / 3)};
    rows[i].evaluation.objectives = {double(draws.below(12)), draws.unit(), double(draws.below(12))};
    if (draws.chance(0.1)) rows[i].evaluation.outcome = Outcome::error;
    if (draws.chance(0.05)) rows[i].evaluation.objectives[0] = std::numeric_limits<double>::quiet_NaN();
  }
  return rows;
}

bool counts(const Row& row) {
  return row.evaluation.outcome == Outcome::ok && !std::isnan(row.evaluation.objectives[0]);
}

BOOST_AUTO_TEST_CASE(a_row_is_in_the_front_if_no_other_is_as_good_and_better_in_one) {
  const auto stage = three_objectives();
  for (std::uint32_t seed = 1; seed < 20; ++seed) {
    auto rows = random_rows(60, seed);
    std::vector<Origin> wanted;
    for (const auto& row : rows) {
      const bool beaten = std::ranges::any_of(rows, [&](const Row& other) {
        const auto &a = other.evaluation.objectives, &b = row.evaluation.objectives;
        const bool equal = a[0] == b[0] && a[2] == b[2];
        return counts(other) && a[0] >= b[0] && a[2] <= b[2] && (!equal || other.origin < row.origin);
      });
      if (counts(row) && !beaten) wanted.push_back(row.origin);
    }
    std::ranges::sort(wanted);
    for (int order = 0; order < 2; ++order) {
      Front front(stage);
      for (const auto& row : rows) front.add(row);
      const auto found = front.rows();
      std::vector<Origin> origins;
      for (const auto& row : found) origins.push_back(row.origin);
      for (std::size_t i = 1; i < found.size(); ++i)
        BOOST_TEST(found[i - 1].evaluation.objectives[0] > found[i].evaluation.objectives[0]);
      std::ranges::sort(origins);
      BOOST_TEST((origins == wanted));
      std::ranges::reverse(rows);
    }
  }
}

BOOST_AUTO_TEST_CASE(hypervolume_is_a_share_of_the_box) {
  const auto stage = three_objectives();
  Front front(stage);
  BOOST_TEST(front.hypervolume() == 0);
  Row row;
  for (const auto& [accuracy, parameters] : {std::pair{0.0, 0.0}, {4.0, 10.0}, {2.0, 5.0}, {0.0, 10.0}}) {
    row.evaluation.objectives = {accuracy, 0, parameters};
    ++row.origin.ask;
    front.add(row);
  }
  BOOST_TEST(front.rows().size() == 3u);
  BOOST_TEST(front.hypervolume() == 0.25);   // the ends lie on the edges of the box
}

}   // namespace
}   // namespace archipel::io
