#include "stages/team_size.hpp"

#include <boost/test/unit_test.hpp>

using archipel::stages::team_size;

BOOST_AUTO_TEST_CASE(candidates_that_fill_the_ranks_are_trained_alone) {
  BOOST_TEST(team_size(2, 2, 1, 4) == 1);
  BOOST_TEST(team_size(64, 8, 1, 4) == 1);
  BOOST_TEST(team_size(5, 8, 1, 4) == 1);
}

BOOST_AUTO_TEST_CASE(fewer_are_trained_together) {
  BOOST_TEST(team_size(1, 2, 1, 4) == 2);
  BOOST_TEST(team_size(1, 3, 1, 4) == 3);
  BOOST_TEST(team_size(2, 8, 1, 4) == 4);
  BOOST_TEST(team_size(3, 8, 1, 4) == 2);
  BOOST_TEST(team_size(1, 8, 2, 4) == 4);
}

BOOST_AUTO_TEST_CASE(shards_limit_what_a_team_can_share) {
  BOOST_TEST(team_size(1, 8, 1, 2) == 2);
  BOOST_TEST(team_size(1, 8, 1, 1) == 1);
  BOOST_TEST(team_size(1, 3, 1, 2) == 1);   // nobody without a shard
  BOOST_TEST(team_size(1, 12, 1, 4) == 4);
}

BOOST_AUTO_TEST_CASE(no_team_is_too_large_or_leaves_ranks_over) {
  for (int ranks = 1; ranks <= 33; ++ranks)
    for (int shards = 1; shards <= 16; shards *= 2)
      for (std::size_t candidates = 1; candidates <= 7; ++candidates) {
        const int size = team_size(candidates, ranks, 1, shards);
        BOOST_TEST((size >= 1 && size <= shards && ranks % size == 0));
        BOOST_TEST((size == 1 || candidates * std::size_t(size) <= std::size_t(ranks)));
      }
  BOOST_TEST(team_size(1, 4, 2, 1) == 2);   // not smaller than the run's
}
