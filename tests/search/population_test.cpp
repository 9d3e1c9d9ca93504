#include "search/population.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <set>

using namespace archipel;

namespace {

Stream stream(std::uint32_t a, std::uint32_t b = 0) { return Stream(5, Purpose::ask, 0, a, b); }

Candidate candidate(int ask, double fitness) {
  return {.origin = {0, ask}, .genome = {double(ask)}, .fitness = fitness};
}

Population filled(std::size_t capacity, std::initializer_list<double> values) {
  Population population(capacity);
  auto draws = stream(0);
  int ask = 0;
  for (const double fitness : values) population.insert(candidate(ask++, fitness), Replacement::worst, draws);
  return population;
}

}   // namespace

BOOST_AUTO_TEST_CASE(better_is_a_total_order) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const std::vector<Candidate> all = {candidate(0, 2), candidate(3, 2), candidate(1, 1), candidate(2, -infinity),
                                      candidate(4, nan)};
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < all.size(); ++j) BOOST_TEST(better(all[i], all[j]) == (i < j));
  }
  BOOST_TEST(name_of(Outcome::out_of_memory) == "out_of_memory");
  BOOST_TEST(name_of(Operator::crossover) == "crossover");
  BOOST_TEST(name_of(Outcome(200)) == "unknown");
}

BOOST_AUTO_TEST_CASE(the_worst_leaves_even_if_it_is_the_newcomer) {
  auto population = filled(3, {5, 1, 3});
  auto draws = stream(1);
  auto left = population.insert(candidate(10, 4), Replacement::worst, draws);
  BOOST_TEST(left->fitness == 1);
  left = population.insert(candidate(11, 0), Replacement::worst, draws);
  BOOST_TEST(left->origin.ask == 11);
  left = population.insert(candidate(12, 3), Replacement::worst, draws);   // a tie: the smaller origin stays
  BOOST_TEST(left->origin.ask == 12);
  BOOST_TEST(population.size() == 3u);
  for (const auto& member : population.members()) BOOST_TEST(member.fitness >= 3);
}

BOOST_AUTO_TEST_CASE(the_oldest_leaves) {
  auto population = filled(3, {5, 1, 3});
  auto draws = stream(2);
  BOOST_TEST(population.insert(candidate(10, 0), Replacement::oldest, draws)->fitness == 5);
  BOOST_TEST(population.insert(candidate(11, 9), Replacement::oldest, draws)->fitness == 1);
  BOOST_TEST(population.members().back().origin.ask == 11);
  for (const double ask : {0, 1, 2, 10, 11}) BOOST_TEST(population.contains({ask}) == (ask == 2 || ask >= 10));
}

BOOST_AUTO_TEST_CASE(a_random_one_of_the_old_leaves) {
  std::set<std::int64_t> left;
  for (std::uint32_t i = 0; i < 200; ++i) {
    auto population = filled(3, {5, 1, 3});
    auto draws = stream(3, i);
    left.insert(population.insert(candidate(10, 0), Replacement::random, draws)->origin.ask);
  }
  BOOST_TEST((left == std::set<std::int64_t>{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(a_population_that_is_not_full_loses_nobody) {
  Population population(2);
  auto draws = stream(4);
  BOOST_TEST(!population.insert(candidate(0, 1), Replacement::worst, draws).has_value());
  BOOST_TEST(!population.insert(candidate(1, 0), Replacement::oldest, draws).has_value());
  BOOST_TEST(population.contains({1.0}));
  BOOST_TEST(!population.contains({2.0}));
}

BOOST_AUTO_TEST_CASE(tournaments_choose_as_often_as_they_should) {
  // With 3 draws with replacement of 4 members, the best wins with probability 1 - (3/4)^3.
  const auto population = filled(4, {1, 4, 2, 3});
  constexpr int count = 20000;
  int best = 0, worst = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto draws = stream(5, i);
    const auto winner = population.tournament(3, draws);
    best += winner == 1;
    worst += winner == 0;
  }
  BOOST_TEST(std::fabs(double(best) / count - (1 - 27.0 / 64)) < 0.015);
  BOOST_TEST(std::fabs(double(worst) / count - 1.0 / 64) < 0.005);
}

BOOST_AUTO_TEST_CASE(selections_are_distinct_and_follow_their_rule) {
  const auto population = filled(5, {1, 5, 2, 4, 3});
  auto draws = stream(6);
  const auto best = population.select(2, Selection::best, draws);
  BOOST_TEST(best[0].fitness == 5);
  BOOST_TEST(best[1].fitness == 4);
  double of_tournament = 0, of_random = 0;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    auto own = stream(7, i);
    for (const auto rule : {Selection::tournament, Selection::random}) {
      const auto chosen = population.select(3, rule, own);
      std::set<Origin> origins;
      for (const auto& one : chosen) {
        origins.insert(one.origin);
        (rule == Selection::random ? of_random : of_tournament) += one.fitness;
      }
      BOOST_REQUIRE(origins.size() == 3);
    }
  }
  BOOST_TEST(std::fabs(of_random / 6000 - 3) < 0.05);
  BOOST_TEST(of_tournament / 6000 > 3.2);
  for (const auto rule : {Selection::best, Selection::tournament, Selection::random}) {
    BOOST_TEST(population.select(99, rule, draws).size() == 5u);
    BOOST_TEST(Population(3).select(2, rule, draws).empty());
  }
}

BOOST_AUTO_TEST_CASE(names_of_policies) {
  BOOST_TEST((selection_from("tournament") == Selection::tournament));
  BOOST_TEST((replacement_from("oldest") == Replacement::oldest));
  BOOST_CHECK_THROW(selection_from("Best"), InputError);
  BOOST_CHECK_THROW(replacement_from(""), InputError);
}
