// Strategies that learn a model: gp, bananas, tpe.

#include "search/cell.hpp"
#include "search/strategy.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

using namespace archipel;

namespace {

const std::vector<std::string> kinds = {"gp", "bananas", "tpe"};
constexpr double failed = -std::numeric_limits<double>::infinity();

StrategySettings settings_of(const std::string& kind) { return {.kind = kind, .population = 10}; }

using Fitness = std::function<double(const Genome&)>;

/// Asks and tells with `window`; all candidates in the order of asks.
std::vector<Candidate> run(Strategy& strategy, const Fitness& fitness, int asks, std::uint64_t seed, int window = 1) {
  std::vector<Candidate> all;
  for (int n = 0; n < asks; ++n) {
    Stream draws(seed, Purpose::ask, 0, 0, std::uint32_t(n));
    auto genome = strategy.ask(n, draws).genome;
    const double value = fitness(genome);
    all.push_back({.origin = {0, n}, .genome = std::move(genome), .fitness = value});
    if (n + 1 < window) continue;
    Stream survive(seed, Purpose::survive, 0, 0, std::uint32_t(n + 1 - window));
    strategy.tell(all[std::size_t(n + 1 - window)], survive);
  }
  return all;
}

double best_of(const std::vector<Candidate>& all) {
  return std::ranges::max(all, {}, [](const Candidate& candidate) { return candidate.fitness; }).fitness;
}

double mean_best(const std::string& kind, const Space& space, const Fitness& fitness, int asks, int seeds) {
  double sum = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    const auto strategy = make_strategy(settings_of(kind), space);
    sum += best_of(run(*strategy, fitness, asks, std::uint64_t(seed)));
  }
  return sum / seeds;
}

Space reals(int count) {
  std::vector<Gene> genes;
  for (int i = 0; i < count; ++i)
    genes.push_back({.name = "x" + std::to_string(i), .kind = GeneKind::real, .low = -5, .high = 5});
  return Space(std::move(genes));
}

/// Six genes of five choices: the shape of NAS-Bench-201.
Space edges_space() {
  std::vector<Gene> genes;
  for (int i = 0; i < 6; ++i)
    genes.push_back({.name = "edge" + std::to_string(i), .choices = {"0", "1", "2", "3", "4"}});
  return Space(std::move(genes));
}

/// All kinds of genes, and conditions on conditions.
Space mixed_space() {
  return Space({{.name = "optimiser", .choices = {"sgd", "adam", "none"}},
                {.name = "rate",
                 .kind = GeneKind::log_real,
                 .low = 1e-4,
                 .high = 1,
                 .when = Gene::Condition{.gene = 0, .values = {0, 1}}},
                {.name = "schedule", .choices = {"cosine", "step"}, .when = Gene::Condition{.gene = 0, .values = {0}}},
                {.name = "steps",
                 .kind = GeneKind::integer,
                 .low = 1,
                 .high = 9,
                 .when = Gene::Condition{.gene = 2, .values = {1}}},
                {.name = "size", .kind = GeneKind::ordinal, .choices = {"8", "16", "32", "64"}},
                {.name = "dropout", .kind = GeneKind::real, .low = 0, .high = 0.5},
                {.name = "fixed", .kind = GeneKind::integer, .low = 3, .high = 3}});
}

double sphere(const Genome& genome) {
  double sum = 0;
  for (const double x : genome) sum -= x * x;
  return sum;
}

/// Additive in the edges, with its best at one choice of each.
double edges(const Genome& genome) {
  double sum = 0;
  for (std::size_t i = 0; i < 6; ++i) sum -= double(i + 1) * std::fabs(genome[i] - double(i * 3 % 5));
  return sum;
}

/// Best: sgd, a rate of 0.01, cosine, size 32, dropout 0.2.
double mixed(const Genome& genome) {
  if (genome[0] == 2) return -5;
  const double rate = std::log10(genome[1]) + 2;
  return -rate * rate - genome[0] - (genome[0] == 0 && genome[2] == 1 ? 0.5 + 0.1 * genome[3] : 0) -
         std::fabs(genome[4] - 2) - std::fabs(genome[5] - 0.2) * 4;
}

/// Cells are better the more of their live nodes have operation 1.
double cells(const Space& space, const Genome& genome) {
  const auto graph = read_cell(*space.cell(), genome);
  double sum = 0;
  for (int v = 1; v <= graph.nodes; ++v) sum += graph.in[std::size_t(v)] != 0 && graph.operation[std::size_t(v)] == 1;
  return sum - 0.1 * graph.edges();
}

}   // namespace

BOOST_AUTO_TEST_CASE(they_beat_random_search_at_equal_budget) {
  const Space real = reals(4), table = edges_space(), joint = mixed_space(), cell = make_space(Study{});
  const Fitness of_cells = [&](const Genome& genome) { return cells(cell, genome); };
  struct Problem {
    const char* name;
    const Space& space;
    Fitness fitness;
  };
  for (const auto& [name, space, fitness] : {Problem{"sphere", real, sphere}, Problem{"edges", table, edges},
                                             Problem{"mixed", joint, mixed}, Problem{"cells", cell, of_cells}}) {
    const double random = mean_best("random", space, fitness, 50, 5);
    for (const auto& kind : kinds) {
      const double found = mean_best(kind, space, fitness, 50, 5);
      BOOST_TEST(found > random, name << ": " << kind << " " << found << ", random " << random);
      BOOST_TEST_MESSAGE(name << ": " << kind << " " << found << ", random " << random);
    }
  }
}

BOOST_AUTO_TEST_CASE(with_fitness_that_belongs_to_other_genomes_they_do_not) {
  const Space space = edges_space();
  for (const auto& kind : kinds) {
    double honest = 0, shuffled = 0;   // true fitness of what is asked in the end
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      const auto a = make_strategy(settings_of(kind), space), b = make_strategy(settings_of(kind), space);
      const Fitness wrong = [](const Genome& genome) {
        return double(digest_of(std::as_bytes(std::span(genome))).low);
      };
      const auto told_truth = run(*a, edges, 60, seed), told_noise = run(*b, wrong, 60, seed);
      for (std::size_t n = 40; n < 60; ++n) {
        honest += told_truth[n].fitness / 60;
        shuffled += edges(told_noise[n].genome) / 60;
      }
    }
    BOOST_TEST_MESSAGE(kind << ": " << honest << ", shuffled " << shuffled);
    BOOST_TEST(honest > shuffled + 10);
  }
}

BOOST_AUTO_TEST_CASE(asks_are_valid_and_new_and_equal_streams_give_equal_ones) {
  const Space table = edges_space(), joint = mixed_space(), cell = make_space(Study{});
  for (const Space* space : {&table, &joint, &cell}) {
    for (const auto& kind : kinds) {
      const Fitness noise = [](const Genome& genome) {
        return double(digest_of(std::as_bytes(std::span(genome))).low);
      };
      const auto a = make_strategy(settings_of(kind), *space), b = make_strategy(settings_of(kind), *space),
                 c = make_strategy(settings_of(kind), *space);
      const auto first = run(*a, noise, 70, 4, 8), second = run(*b, noise, 70, 4, 8), other = run(*c, noise, 70, 5, 8);
      std::set<Genome> distinct;
      int equal = 0;
      for (std::size_t n = 0; n < first.size(); ++n) {
        BOOST_TEST_REQUIRE(space->valid(first[n].genome));
        BOOST_TEST_REQUIRE((first[n].genome == second[n].genome));
        equal += first[n].genome == other[n].genome;
        distinct.insert(first[n].genome);
      }
      BOOST_TEST(distinct.size() == first.size());   // with asks in flight, too
      BOOST_TEST(equal < 10);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_admitted_is_not_proposed_again) {
  const Space space = edges_space();
  for (const auto& kind : kinds) {
    const auto strategy = make_strategy(settings_of(kind), space);
    run(*strategy, edges, 40, 1);
    std::set<Genome> proposed;
    Stream draws(1, Purpose::ask, 0, 0, 40);
    for (int attempt = 0; attempt < 64; ++attempt) proposed.insert(strategy->ask(40, draws).genome);
    BOOST_TEST(proposed.size() == 64u);
    Stream next(1, Purpose::ask, 0, 0, 41);
    BOOST_TEST(!proposed.contains(strategy->ask(41, next).genome));
  }
}

BOOST_AUTO_TEST_CASE(failures_are_avoided_and_nothing_else_is_no_harm) {
  const Space space = reals(3);
  for (const auto& kind : kinds) {
    const auto hopeless = make_strategy(settings_of(kind), space);
    for (const auto& each : run(
             *hopeless, [](const Genome&) { return failed; }, 60, 1, 4))
      BOOST_TEST_REQUIRE(space.valid(each.genome));
    const auto once = make_strategy(settings_of(kind), space);
    int successes = 0;
    run(
        *once, [&](const Genome& genome) { return ++successes == 7 ? sphere(genome) : failed; }, 60, 1);

    int failures = 0;   // 6 of 10 by chance
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const auto strategy = make_strategy(settings_of(kind), space);
      const auto all = run(
          *strategy, [](const Genome& genome) { return genome[0] > -1 ? failed : genome[1]; }, 60, seed);
      for (std::size_t n = 30; n < 60; ++n) failures += all[n].fitness == failed;
    }
    BOOST_TEST_MESSAGE(kind << ": " << failures << " failures of 150");
    BOOST_TEST(failures < 60);
    const auto doubtful = make_strategy(settings_of(kind), space);
    run(
        *doubtful, [](const Genome&) { return std::nan(""); }, 30, 1);
    const auto flat = make_strategy(settings_of(kind), space);
    run(
        *flat, [](const Genome&) { return 1e300; }, 30, 1);
  }
}

BOOST_AUTO_TEST_CASE(small_spaces_are_searched_through_and_then_repeated) {
  const Space two({{.name = "a", .choices = {"x", "y"}}, {.name = "b", .choices = {"x", "y", "z"}}});
  const Space one(std::vector<Gene>{{.name = "a", .choices = {"x"}}});
  for (const auto& kind : kinds) {
    std::set<Genome> asked;
    const auto strategy = make_strategy({.kind = kind, .population = 2}, two);
    for (const auto& each : run(
             *strategy, [](const Genome& g) { return g[0] + g[1]; }, 30, 1))
      asked.insert(each.genome);
    BOOST_TEST(asked.size() == 6u);
    const auto alone = make_strategy({.kind = kind, .population = 2}, one);
    BOOST_TEST(run(
                   *alone, [](const Genome&) { return 1.0; }, 10, 1)
                   .size() == 10u);
  }
}

BOOST_AUTO_TEST_CASE(they_learn_from_immigrants) {
  const Space space = reals(6);
  const Candidate immigrant{.origin = {1, 99}, .genome = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5}, .fitness = -1.5};
  for (const auto& kind : kinds) {
    double with = 0, without = 0;   // fitness of what is asked next
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      for (const bool arrives : {true, false}) {
        const auto strategy = make_strategy(settings_of(kind), space);
        run(*strategy, sphere, 20, seed);
        Stream draws(seed, Purpose::immigrate, 0, 0, 20);
        if (arrives) strategy->population().insert(immigrant, Replacement::worst, draws);
        for (int n = 20; n < 26; ++n) {
          const auto genome = strategy->ask(n, draws).genome;
          (arrives ? with : without) += sphere(genome) / 30;
          strategy->tell({.origin = {0, n}, .genome = genome, .fitness = sphere(genome)}, draws);
        }
      }
    }
    BOOST_TEST_MESSAGE(kind << ": " << with << " with an immigrant, " << without << " without");
    BOOST_TEST(with > without);
  }
}
