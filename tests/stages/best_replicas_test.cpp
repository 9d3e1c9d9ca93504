#include "stages/best_replicas.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using archipel::stages::best_replicas;
using Costs = std::vector<std::uint64_t>;

BOOST_AUTO_TEST_CASE(candidates_that_fill_the_ranks_are_trained_alone) {
  BOOST_TEST(best_replicas(Costs{10, 10}, 2, 1, 4) == 1);
  BOOST_TEST(best_replicas(Costs(64, 7), 8, 1, 4) == 1);
  BOOST_TEST(best_replicas(Costs{100, 98}, 2, 1, 4) == 1);   // messages would cost more than the wait
}

BOOST_AUTO_TEST_CASE(fewer_or_unequal_ones_are_trained_together) {
  BOOST_TEST(best_replicas(Costs{10}, 2, 1, 4) == 2);
  BOOST_TEST(best_replicas(Costs{10, 5}, 2, 1, 2) == 2);
  BOOST_TEST(best_replicas(Costs{10, 10, 10}, 2, 1, 2) == 2);
  BOOST_TEST(best_replicas(Costs{10, 10}, 8, 1, 4) == 4);
  BOOST_TEST(best_replicas(Costs{10}, 3, 1, 4) == 3);
}

BOOST_AUTO_TEST_CASE(shards_limit_what_a_team_can_share) {
  BOOST_TEST(best_replicas(Costs{10}, 8, 1, 2) == 2);
  BOOST_TEST(best_replicas(Costs{10}, 8, 1, 1) == 1);
  BOOST_TEST(best_replicas(Costs{10}, 3, 1, 2) == 1);   // nobody without a shard
  BOOST_TEST(best_replicas(Costs{10}, 12, 1, 4) == 4);
}

BOOST_AUTO_TEST_CASE(no_team_is_too_large_or_leaves_ranks_over) {
  for (int ranks = 1; ranks <= 33; ++ranks)
    for (int shards = 1; shards <= 16; shards *= 2)
      for (std::size_t candidates = 1; candidates <= 7; ++candidates) {
        const int replicas = best_replicas(Costs(candidates, 5), ranks, 1, shards);
        BOOST_TEST((replicas >= 1 && replicas <= shards && ranks % replicas == 0));
      }
}

BOOST_AUTO_TEST_CASE(teams_are_whole_and_not_smaller_than_the_runs) {
  BOOST_TEST(best_replicas(Costs{10}, 6, 2, 8) == 6);
  BOOST_TEST(best_replicas(Costs{10, 10, 10}, 6, 2, 8) == 2);
  BOOST_TEST(best_replicas(Costs{}, 4, 1, 8) == 1);
}
