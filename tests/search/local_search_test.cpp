#include "search/neighbours.hpp"
#include "search/strategy_runs.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace archipel;

namespace {

int differences(const Genome& a, const Genome& b) {
  int count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i];
  return count;
}

double of_steps(const Genome& genome, const Digest&) {   // plateaus of three values
  return std::floor(of_ones(genome, {}) / 3);
}

/// Two climbs: towards all zeros, and higher, towards all ones.
double of_trap(const Genome& genome, const Digest&) {
  const double ones = of_ones(genome, {}), length = double(genome.size());
  return ones > length / 2 ? 2 * ones : length - ones;
}

}   // namespace

BOOST_AUTO_TEST_CASE(the_neighbourhood_of_choices_is_every_other_value_of_each) {
  const Space space = six_edges();
  Stream draws(1, Purpose::ask, 0, 0, 0);
  const Genome genome = space.random(draws);
  std::set<Genome> neighbours;
  for (const auto& change : neighbourhood(space, genome, draws))
    neighbours.insert(changed(space, genome, change, draws));
  BOOST_TEST(neighbours.size() == 24u);
  for (const auto& neighbour : neighbours) BOOST_TEST(differences(genome, neighbour) == 1);
}

BOOST_AUTO_TEST_CASE(all_neighbours_are_valid_and_reach_each_kind_of_gene) {
  const Space space = mixed_space();
  Stream draws(2, Purpose::ask, 0, 0, 0);
  std::map<Change::Kind, int> kinds;
  std::set<std::size_t> genes;
  for (int trial = 0; trial < 200; ++trial) {
    const Genome genome = space.random(draws);
    for (const auto& change : neighbourhood(space, genome, draws)) {
      const auto neighbour = changed(space, genome, change, draws);
      BOOST_REQUIRE(space.valid(neighbour));
      ++kinds[change.kind];
      if (change.kind == Change::Kind::value) {
        BOOST_REQUIRE(neighbour != genome);
        genes.insert(change.gene);
      }
    }
  }
  BOOST_TEST(kinds.size() == 4u);
  BOOST_TEST(genes.size() == 12u);   // 3 widths, 3 repeats, the reduction, five of its own
}

BOOST_AUTO_TEST_CASE(each_neighbour_differs_from_its_incumbent_by_one_change_and_none_is_asked_twice) {
  for (const int window : {1, 8}) {
    const auto all = run("local", six_edges(), of_edges, 3000, 3, window);
    std::set<Genome> asked;
    int starts = 0;
    for (std::size_t n = 0; n < all.size(); ++n) {
      const auto& proposal = all[n].proposal;
      BOOST_REQUIRE(asked.insert(proposal.genome).second);
      if (proposal.op == Operator::random) {
        ++starts;
        continue;
      }
      const auto incumbent = std::size_t(proposal.parents[0].ask);
      BOOST_REQUIRE(incumbent + std::size_t(window) <= n);
      BOOST_REQUIRE_EQUAL(differences(all[incumbent].proposal.genome, proposal.genome), 1);
    }
    BOOST_TEST(starts > 20);   // it meets local optima
    BOOST_TEST(starts < 1500);
  }
}

BOOST_AUTO_TEST_CASE(incumbents_only_improve_until_the_next_start) {
  const auto all = run("local", six_edges(), of_edges, 2000, 4);
  double incumbent = -1e9;
  for (const auto& told : all) {
    if (told.proposal.op == Operator::random) {
      incumbent = -1e9;
      continue;
    }
    const double parent = all[std::size_t(told.proposal.parents[0].ask)].fitness;
    BOOST_REQUIRE(parent >= incumbent);
    incumbent = parent;
  }
}

BOOST_AUTO_TEST_CASE(a_start_comes_only_after_every_neighbour_is_known_and_none_of_this_climb_is_better) {
  const Space space = six_edges();
  const auto all = run("local", space, of_edges, 1000, 5);
  std::map<Genome, std::size_t> known;
  std::size_t incumbent = 0, begun = 0;
  for (std::size_t n = 0; n < all.size(); ++n) {
    const bool is_start = all[n].proposal.op == Operator::random;
    if (is_start && n > 0) {
      Stream draws(5, Purpose::repair, 0, 0, 0);
      const auto& genome = all[incumbent].proposal.genome;
      for (const auto& change : neighbourhood(space, genome, draws)) {
        const auto neighbour = known.find(changed(space, genome, change, draws));
        BOOST_REQUIRE(neighbour != known.end());
        BOOST_REQUIRE((neighbour->second < begun || all[neighbour->second].fitness <= all[incumbent].fitness));
      }
    }
    known[all[n].proposal.genome] = n;
    if (is_start) begun = n;
    if (is_start || all[n].fitness > all[incumbent].fitness) incumbent = n;
  }
}

BOOST_AUTO_TEST_CASE(when_all_of_a_small_space_is_known_it_goes_on) {
  const Space space({{.name = "a", .choices = {"0", "1", "2"}}, {.name = "b", .choices = {"0", "1"}}});
  const auto all = run("local", space, of_ones, 100, 6, 4);
  std::set<Genome> first;
  for (int n = 0; n < 6; ++n) first.insert(all[std::size_t(n)].proposal.genome);
  BOOST_TEST(first.size() >= 5u);   // starts in flight are random
  for (const auto& told : all) BOOST_TEST(space.valid(told.proposal.genome));
}

BOOST_AUTO_TEST_CASE(plateaus_are_crossed) {
  const Space space = space_of({.name = "onemax", .dimensions = 18});
  int crossed = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) crossed += best_of(run("local", space, of_steps, 1500, seed)) == 6;
  BOOST_TEST(crossed >= 9);
}

BOOST_AUTO_TEST_CASE(a_restart_leaves_the_wrong_hill) {
  const Space space = space_of({.name = "onemax", .dimensions = 15});
  for (std::uint64_t seed = 0; seed < 5; ++seed) BOOST_TEST(best_of(run("local", space, of_trap, 800, seed)) == 30);
}

BOOST_AUTO_TEST_CASE(it_beats_random_search_where_there_is_structure_and_only_there) {
  const auto mean = [&](const char* name, Fitness fitness) {
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) sum += best_of(run(name, six_edges(), fitness, 150, seed)) / 40;
    return sum;
  };
  BOOST_TEST(mean("local", of_edges) > mean("random", of_edges) + 3);
  BOOST_TEST(std::fabs(mean("local", of_noise) - mean("random", of_noise)) < 0.005);
}

BOOST_AUTO_TEST_CASE(it_comes_closer_on_reals_than_random_search) {
  const Space space = space_of({.name = "sphere", .dimensions = 6});
  for (std::uint64_t seed = 0; seed < 5; ++seed)
    BOOST_TEST(best_of(run("local", space, of_sphere, 2000, seed, 8)) > -0.01);
  BOOST_TEST(best_of(run("random", space, of_sphere, 2000, 1)) < -1);
}

BOOST_AUTO_TEST_CASE(genomes_that_are_not_admitted_are_passed_over) {
  const Space space = space_of({.name = "onemax", .dimensions = 12});
  const auto strategy = make_strategy(kind("local"), space);
  for (int n = 0; n < 400; ++n) {
    Stream draws(8, Purpose::ask, 0, 0, std::uint32_t(n));
    auto proposal = strategy->ask(n, draws);
    for (int i = 1; i < 64 && of_ones(proposal.genome, {}) > 8; ++i) proposal = strategy->ask(n, draws);
    strategy->tell({.origin = {0, n}, .genome = proposal.genome, .fitness = of_ones(proposal.genome, {})}, draws);
  }
  BOOST_TEST(strategy->population().members().size() == 16u);
  BOOST_TEST(strategy->population().members().front().fitness == 8);
}

BOOST_AUTO_TEST_CASE(the_best_immigrant_becomes_the_incumbent_and_another_one_a_start) {
  const Space space = space_of({.name = "onemax", .dimensions = 30});
  const auto strategy = make_strategy(kind("local"), space);
  run(*strategy, of_ones, 11, 9);
  Genome ones(30, 1), best = ones;
  best[4] = 0;
  strategy->immigrate({.origin = {3, 77}, .genome = best, .fitness = 29});
  strategy->immigrate({.origin = {3, 78}, .genome = ones, .fitness = 28});
  int starts = 0;
  for (int n = 11; n < 200; ++n) {
    Stream draws(9, Purpose::ask, 0, 0, std::uint32_t(n));
    const auto proposal = strategy->ask(n, draws);
    if (n < 31) {
      BOOST_TEST((proposal.parents[0] == Origin{3, 77}));
      BOOST_TEST(differences(proposal.genome, best) == 1);
    } else if (proposal.parents[0] == Origin{3, 78}) {
      ++starts;
      BOOST_TEST(differences(proposal.genome, ones) <= 2);
    }
    strategy->tell({.origin = {0, n}, .genome = proposal.genome, .fitness = 0}, draws);
  }
  BOOST_TEST(starts == 1);
}
