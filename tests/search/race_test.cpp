#include "search/strategies/race.hpp"

#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <map>

using namespace archipel;

namespace {

std::vector<Candidate> candidates(int count) {
  std::vector<Candidate> all;
  for (int i = 0; i < count; ++i) all.push_back({.origin = {3, i}, .genome = {double(i)}, .fitness = 9.0 - i});
  return all;
}

/// Evaluates what `race` asks until it asks no more: candidate i is worth i, with noise. Returns the number of asks of each.
std::map<double, int> run(Race& race, double noise, std::uint64_t seed, double failing = -1) {
  std::map<double, int> asks;
  std::vector<Candidate> told;
  std::int64_t number = 0;
  while (race.wish() != Strategy::Wish::end) {
    Stream draws(seed, Purpose::ask, 0, 0, std::uint32_t(number));
    if (race.wish() == Strategy::Wish::ask) {
      const auto proposal = race.ask(number, draws);
      BOOST_TEST(
          (proposal.op == Operator::given && proposal.parents[0] == Origin{3, std::int64_t(proposal.genome[0])}));
      BOOST_TEST(proposal.replicate == asks[proposal.genome[0]]++);
      const double value = proposal.genome[0] + noise * draws.normal();
      told.push_back({.origin = {0, number++},
                      .genome = proposal.genome,
                      .fitness = proposal.genome[0] == failing ? -INFINITY : value});
    } else {
      BOOST_TEST_REQUIRE(!told.empty());
      race.tell(told.front(), draws);
      told.erase(told.begin());
    }
  }
  return asks;
}

/// How often of 80 races among ten the best wins, and how many asks they took.
std::pair<double, double> wins(int replicates, double confidence, double noise) {
  int won = 0, asks = 0;
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    Race race(candidates(10), replicates, confidence);
    for (const auto& [genome, count] : run(race, noise, seed)) asks += count;
    won += race.ranking()[0].genome == Genome{9};
  }
  return {won / 80.0, asks / 80.0};
}

}   // namespace

BOOST_AUTO_TEST_CASE(one_replicate_each_is_a_list) {
  Race race(candidates(5), 1, 0.95);
  const auto asks = run(race, 0, 1);
  BOOST_TEST(asks.size() == 5u);
  for (const auto& [genome, count] : asks) BOOST_TEST(count == 1);
  const auto ranking = race.ranking();
  for (std::size_t i = 0; i < 5; ++i) BOOST_TEST((ranking[i].genome == Genome{4.0 - double(i)}));
}

BOOST_AUTO_TEST_CASE(repetition_goes_to_those_that_may_be_the_best) {
  Race race(candidates(10), 20, 0.95);
  const auto asks = run(race, 1, 3);
  BOOST_TEST(asks.at(9) > asks.at(0));
  BOOST_TEST(asks.at(8) > asks.at(3));
  BOOST_TEST(asks.at(0) == 1);
}

BOOST_AUTO_TEST_CASE(
    a_race_finds_the_best_more_often_than_one_look_and_with_half_of_the_evaluations_that_repeating_all_takes) {
  const auto once = wins(1, 0.95, 1), race = wins(8, 0.95, 1);
  BOOST_TEST_MESSAGE("the best of ten, noise of one distance between neighbours: once "
                     << once.first << ", race " << race.first << " with " << race.second << " evaluations");
  BOOST_TEST(once.second == 10);
  BOOST_TEST(race.first > once.first + 0.1);
  BOOST_TEST(race.first > 0.9);
  BOOST_TEST(race.second < 40);
}

BOOST_AUTO_TEST_CASE(what_fails_once_is_out) {
  Race race(candidates(4), 5, 0.95);
  const auto asks = run(race, 0.1, 4, 3);
  BOOST_TEST(asks.at(3) == 1);
  BOOST_TEST((race.ranking()[0].genome == Genome{2}));
  BOOST_TEST(race.ranking().size() == 3u);
  Race alone(candidates(1), 5, 0.95), lost(candidates(1), 5, 0.95);
  BOOST_TEST(run(alone, 1, 5).at(0) == 1);
  run(lost, 1, 5, 0);
  BOOST_TEST(lost.ranking().empty());
}

BOOST_AUTO_TEST_CASE(the_winner_has_the_mean_and_the_weights_of_its_best_replicate) {
  Race race(candidates(2), 2, 1);
  Stream draws(1, Purpose::ask, 0, 0, 0);
  for (int n = 0; n < 4; ++n) {
    BOOST_TEST_REQUIRE((race.wish() == Strategy::Wish::ask));
    const auto proposal = race.ask(n, draws);
    const double values[] = {5, 4, 1, 4};
    if (n == 2) BOOST_TEST((proposal.genome == Genome{0}));
    race.tell({.origin = {0, n}, .genome = proposal.genome, .fitness = values[n], .weights = {0, std::uint64_t(n + 1)}},
              draws);
  }
  const auto ranking = race.ranking();
  BOOST_TEST(ranking[0].fitness == 4);
  BOOST_TEST((ranking[0].genome == Genome{1} && ranking[0].origin == Origin{0, 1} && ranking[0].weights.low == 2));
  BOOST_TEST(ranking[1].fitness == 3);
  BOOST_TEST((ranking[1].origin == Origin{0, 0} && ranking[1].weights.low == 1));
}
