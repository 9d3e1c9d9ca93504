#include "search/strategy.hpp"

#include "base/error.hpp"
#include "search/function_evaluator.hpp"
#include "search/table_evaluator.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

using namespace archipel;

namespace {

StrategySettings settings_of(const std::string& kind) {
  StrategySettings settings;
  settings.kind = kind;
  if (kind == "aging") settings.population = 10;
  return settings;
}

Space function_space(const FunctionSettings& function) {
  Study study;
  study.space.kind = "genes";
  study.evaluator.kind = "function";
  study.evaluator.function = function;
  return make_space(study);
}

/// Six genes of five choices: the shape of NAS-Bench-201 (Dong & Yang 2020, arXiv:2001.00326).
Space edges_space() {
  std::vector<Gene> genes;
  for (int i = 0; i < 6; ++i)
    genes.push_back({.name = "edge" + std::to_string(i), .choices = {"0", "1", "2", "3", "4"}});
  return Space(std::move(genes));
}

/// A smooth part, made rugged by noise that depends on the key alone.
Table edges_table() {
  Table table{.name = "edges"};
  for (int code = 0; code < 15625; ++code) {
    std::string key;
    for (int i = 0, rest = code; i < 6; ++i, rest /= 5) key += char('0' + rest % 5);
    table.keys.push_back(key);
  }
  std::ranges::sort(table.keys);
  for (const auto& key : table.keys) {
    double score = 0;
    for (int i = 0; i < 6; ++i) score += (i + 1) * std::abs(key[std::size_t(i)] - '0' - (i * 3) % 5);
    Stream draws(digest_of(key).low, Purpose::function_cost, 0, 0, 0);
    table.objectives.push_back(100 - score + 4 * draws.unit());
    table.costs.push_back(1000);
  }
  return table;
}

/// Fitness without any structure, so that no part of the space is favoured.
struct Rugged : Evaluator {
  std::vector<Objective> names = {{.name = "noise"}};
  std::vector<std::string> none;
  const std::vector<Objective>& objectives() const override { return names; }
  const std::vector<std::string>& reported() const override { return none; }
  std::uint64_t cost(const Genome&) const override { return 1; }
  Digest key(const Genome& genome, int) const override { return digest_of(std::as_bytes(std::span(genome))); }
  Evaluation evaluate(const Genome&, const Digest& key) override { return {.objectives = {double(key.low)}}; }
};

struct Asked {
  Proposal proposal;
  Candidate candidate;
};

/// The strategy alone: each ask sees all earlier ones.
std::vector<Asked> run(Strategy& strategy, Evaluator& evaluator, int asks, std::uint64_t seed) {
  std::vector<Asked> all;
  for (int n = 0; n < asks; ++n) {
    Stream draws(seed, Purpose::ask, 0, 0, std::uint32_t(n));
    auto proposal = strategy.ask(n, draws);
    const double value = evaluator.evaluate(proposal.genome, evaluator.key(proposal.genome)).objectives[0];
    const Candidate candidate{
        .origin = {0, n}, .genome = proposal.genome, .fitness = evaluator.objectives()[0].maximise ? value : -value};
    all.push_back({std::move(proposal), candidate});
    strategy.tell(candidate, draws);
  }
  return all;
}

double best_of(const std::vector<Asked>& all) {
  return std::max_element(all.begin(), all.end(),
                          [](const Asked& a, const Asked& b) { return better(b.candidate, a.candidate); })
      ->candidate.fitness;
}

int differences(const Genome& a, const Genome& b) {
  int count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i];
  return count;
}

}   // namespace

BOOST_AUTO_TEST_CASE(evolution_finds_the_optimum_of_onemax_and_random_search_does_not) {
  const FunctionSettings function{.name = "onemax", .dimensions = 40};
  const Space space = function_space(function);
  FunctionEvaluator evaluator(function, space);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto evolution = make_strategy(settings_of("evolution"), space),
               aging = make_strategy(settings_of("aging"), space), random = make_strategy(settings_of("random"), space);
    BOOST_TEST(best_of(run(*evolution, evaluator, 1500, seed)) == 40);
    BOOST_TEST(best_of(run(*aging, evaluator, 1500, seed)) >= 35);
    BOOST_TEST(best_of(run(*random, evaluator, 1500, seed)) < 34);
  }
}

BOOST_AUTO_TEST_CASE(evolution_beats_random_search_on_reals) {
  const FunctionSettings function{.name = "rastrigin", .dimensions = 10};
  const Space space = function_space(function);
  FunctionEvaluator evaluator(function, space);
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const auto evolution = make_strategy(settings_of("evolution"), space),
               random = make_strategy(settings_of("random"), space);
    BOOST_TEST(best_of(run(*evolution, evaluator, 1000, seed)) > best_of(run(*random, evaluator, 1000, seed)) + 20);
  }
}

BOOST_AUTO_TEST_CASE(aging_evolution_beats_random_search_on_a_table) {
  const Space space = edges_space();
  const Table table = edges_table();
  TableSettings settings;
  settings.objective = "score";
  TableEvaluator evaluator(settings, table, space);
  double aging_sum = 0, random_sum = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto aging = make_strategy(settings_of("aging"), space), random = make_strategy(settings_of("random"), space);
    aging_sum += best_of(run(*aging, evaluator, 150, seed));
    random_sum += best_of(run(*random, evaluator, 150, seed));
  }
  BOOST_TEST(aging_sum / 20 > random_sum / 20 + 3);
}

BOOST_AUTO_TEST_CASE(aging_evolution_is_that_of_the_paper) {
  const Space space = edges_space();
  const Table table = edges_table();
  TableSettings settings;
  TableEvaluator evaluator(settings, table, space);
  const auto strategy = make_strategy(settings_of("aging"), space);
  const auto all = run(*strategy, evaluator, 3000, 1);
  std::map<std::size_t, int> genes;
  std::map<std::int64_t, int> ranks;   // of the parent among the ten
  for (std::size_t n = 0; n < all.size(); ++n) {
    const auto& proposal = all[n].proposal;
    if (n < 10) {
      BOOST_TEST((proposal.op == Operator::random && proposal.parents[0] == Origin{}));
      continue;
    }
    BOOST_REQUIRE((proposal.op == Operator::mutation && proposal.parents[1] == Origin{}));
    const auto parent = std::size_t(proposal.parents[0].ask);
    BOOST_REQUIRE(parent < n && parent + 10 >= n);   // of the last ten: the oldest left
    BOOST_REQUIRE_EQUAL(differences(all[parent].candidate.genome, proposal.genome), 1);
    for (std::size_t i = 0; i < 6; ++i) genes[i] += all[parent].candidate.genome[i] != proposal.genome[i];
    int rank = 0;
    for (std::size_t other = n - 10; other < n; ++other) rank += better(all[other].candidate, all[parent].candidate);
    ++ranks[rank];
  }
  for (std::size_t i = 0; i < 6; ++i) BOOST_TEST(std::abs(genes[i] - 498) < 100);
  // Three draws with replacement of ten: the best is the parent with probability 1 - 0.9^3, the worst with 0.1^3.
  BOOST_TEST(std::fabs(ranks[0] / 2990.0 - 0.271) < 0.04);
  BOOST_TEST(ranks[9] < 15);
  BOOST_TEST(strategy->population().size() == 10u);
  BOOST_TEST(strategy->population().members().front().origin.ask == 2990);
}

BOOST_AUTO_TEST_CASE(every_ask_on_the_default_space_is_valid) {
  const Space space = make_space(Study{});
  Rugged evaluator;
  for (const std::string kind : {"random", "evolution", "aging"}) {
    auto settings = settings_of(kind);
    settings.mutations = 3;
    const auto strategy = make_strategy(settings, space);
    const auto all = run(*strategy, evaluator, 10000, 3);
    std::set<Genome> distinct;
    std::map<Operator, int> operators;
    for (const auto& asked : all) {
      BOOST_REQUIRE(space.valid(asked.proposal.genome));
      distinct.insert(asked.proposal.genome);
      ++operators[asked.proposal.op];
    }
    BOOST_TEST_MESSAGE(kind << ": " << distinct.size() << " distinct genomes of 10000");
    BOOST_TEST(distinct.size() > (kind == "evolution" ? 2000u : 5000u));
    if (kind == "evolution") BOOST_TEST(std::abs(operators[Operator::crossover] - 3000) < 200);
  }
}

BOOST_AUTO_TEST_CASE(equal_streams_give_equal_asks) {
  const Space space = make_space(Study{});
  Rugged evaluator;
  for (const std::string kind : {"random", "evolution", "aging"}) {
    const auto a = make_strategy(settings_of(kind), space), b = make_strategy(settings_of(kind), space),
               c = make_strategy(settings_of(kind), space);
    const auto first = run(*a, evaluator, 300, 4), second = run(*b, evaluator, 300, 4),
               other = run(*c, evaluator, 300, 5);
    int equal = 0;
    for (std::size_t n = 0; n < first.size(); ++n) {
      BOOST_REQUIRE(first[n].proposal.genome == second[n].proposal.genome);
      BOOST_REQUIRE(first[n].proposal.parents == second[n].proposal.parents);
      equal += first[n].proposal.genome == other[n].proposal.genome;
    }
    BOOST_TEST(equal < 30);
    Stream draws(1, Purpose::ask, 0, 0, 0), again(1, Purpose::ask, 0, 0, 0);   // asking twice changes nothing
    const auto asked = a->ask(300, draws);
    BOOST_TEST((a->ask(300, again).genome == asked.genome));
  }
}

BOOST_AUTO_TEST_CASE(evolution_asks_for_no_member_of_its_population) {
  const Space space = edges_space();
  const Table table = edges_table();
  TableEvaluator evaluator({}, table, space);
  const auto strategy = make_strategy(settings_of("evolution"), space);
  int known = 0;
  for (int n = 0; n < 2000; ++n) {
    Stream draws(6, Purpose::ask, 0, 0, std::uint32_t(n));
    const auto proposal = strategy->ask(n, draws);
    known += n >= 16 && strategy->population().contains(proposal.genome);
    strategy->tell(
        {.origin = {0, n}, .genome = proposal.genome, .fitness = evaluator.evaluate(proposal.genome, {}).objectives[0]},
        draws);
  }
  BOOST_TEST(known == 0);
}

BOOST_AUTO_TEST_CASE(without_selection_evolution_only_drifts) {
  Study study;
  study.space.kind = "genes";
  study.evaluator = {.kind = "function", .function = {.name = "onemax", .dimensions = 40}};
  const Space space = make_space(study);
  FunctionEvaluator evaluator(study.evaluator.function, space);
  const auto mean_of_the_last = [&](const StrategySettings& settings) {
    const auto strategy = make_strategy(settings, space);
    const auto asked = run(*strategy, evaluator, 600, 2);
    double sum = 0;
    for (std::size_t n = 400; n < 600; ++n) sum += asked[n].candidate.fitness / 200;
    return sum;
  };
  auto settings = settings_of("evolution");
  BOOST_TEST(mean_of_the_last(settings) > 32);
  settings.tournament = 1;
  settings.replace = "random";
  BOOST_TEST(std::abs(mean_of_the_last(settings) - 20) < 5);
}

BOOST_AUTO_TEST_CASE(a_population_of_failures_does_no_harm) {
  const Space space = make_space(Study{});
  for (const std::string kind : {"random", "evolution", "aging"}) {
    const auto strategy = make_strategy(settings_of(kind), space);
    for (int n = 0; n < 100; ++n) {
      Stream draws(7, Purpose::ask, 0, 0, std::uint32_t(n));
      auto proposal = strategy->ask(n, draws);
      BOOST_REQUIRE(space.valid(proposal.genome));
      strategy->tell({.origin = {0, n}, .genome = std::move(proposal.genome), .fitness = -INFINITY}, draws);
    }
  }
}

BOOST_AUTO_TEST_CASE(names_and_windows_of_strategies) {
  const Space space = edges_space();
  BOOST_CHECK_THROW(make_strategy(settings_of("list"), space), InputError);
  BOOST_CHECK_THROW(make_strategy(settings_of("annealing"), space), InputError);
  auto settings = settings_of("evolution");
  settings.population = 33;
  BOOST_TEST(window_of(settings) == 8);
  BOOST_TEST(window_of(settings_of("aging")) == 8);
  settings.window = 5;
  BOOST_TEST(window_of(settings) == 5);
}
