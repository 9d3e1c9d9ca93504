#include "search/function_evaluator.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <numbers>
#include <set>

using namespace archipel;

namespace {

Space space_for(const FunctionSettings& settings) {
  Study study;
  study.space.kind = "genes";
  study.evaluator.kind = "function";
  study.evaluator.function = settings;
  return make_space(study);
}

double value(const std::string& name, const Genome& genome) {
  const FunctionSettings settings{.name = name, .dimensions = std::int64_t(genome.size())};
  const Space space = space_for(settings);
  FunctionEvaluator evaluator(settings, space);
  const auto result = evaluator.evaluate(genome, evaluator.key(genome));
  BOOST_TEST((result.outcome == Outcome::ok));
  BOOST_TEST(result.objectives.size() == evaluator.objectives().size());
  return result.objectives.at(0);
}

}   // namespace

BOOST_AUTO_TEST_CASE(values_at_known_points) {
  BOOST_TEST(value("sphere", {0, 0, 0}) == 0);
  BOOST_TEST(value("sphere", {1, -2, 3}) == 14);
  BOOST_TEST(value("rastrigin", {0, 0}) == 0);
  BOOST_TEST(value("rastrigin", {1, -2}) == 5);
  const double x = 0.3, expected = 10 + x * x - 10 * std::cos(2 * std::numbers::pi * x);
  BOOST_TEST(value("rastrigin", {x}) == expected, boost::test_tools::tolerance(1e-13));
  BOOST_TEST(value("rosenbrock", {1, 1, 1}) == 0);
  BOOST_TEST(value("rosenbrock", {-1, 1, 2}) == 4 + 100);
  BOOST_TEST(value("rosenbrock", {0, 2}) == 401);
  BOOST_CHECK_THROW(value("rosenbrock", {1}), InputError);
  BOOST_TEST(value("onemax", {1, 0, 1, 1}) == 3);
  BOOST_TEST(value("trap", {1, 1, 1, 1, 1}) == 5);
  BOOST_TEST(value("trap", {0, 0, 0, 0, 0}) == 4);
  BOOST_TEST(value("trap", {1, 1, 1, 1, 0}) == 0);
  BOOST_TEST(value("trap", {0, 0, 0, 0, 0, 1, 1}) == 6);   // the last block is shorter
  BOOST_TEST(value("trap", {0, 1, 0, 0, 0, 0, 0}) == 4);
}

BOOST_AUTO_TEST_CASE(costs_spread_and_depend_on_the_genome_alone) {
  FunctionSettings settings;
  settings.cost_spread = 10;
  const Space space = space_for(settings);
  const FunctionEvaluator evaluator(settings, space), other(settings, space);
  double sum = 0, smallest = 1e9, largest = 0;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    Stream draws(1, Purpose::ask, 0, 0, i);
    const auto genome = space.random(draws);
    const double cost = double(evaluator.cost(genome));
    BOOST_REQUIRE_EQUAL(cost, double(other.cost(genome)));
    sum += cost;
    smallest = std::min(smallest, cost);
    largest = std::max(largest, cost);
  }
  BOOST_TEST((smallest >= 1000 && smallest < 1050));
  BOOST_TEST((largest <= 10000 && largest > 9950));
  BOOST_TEST(std::fabs(sum / 5000 - 5500) < 150);
  settings.cost_spread = 1;
  const FunctionEvaluator even(settings, space);
  BOOST_TEST(even.cost(Genome(10, 0.0)) == 1000u);
}

BOOST_AUTO_TEST_CASE(keys_tell_genomes_and_functions_apart) {
  FunctionSettings settings;
  const Space space = space_for(settings);
  const FunctionEvaluator sphere(settings, space);
  settings.name = "rastrigin";
  const FunctionEvaluator rastrigin(settings, space);
  std::set<Digest> keys;
  for (std::uint32_t i = 0; i < 100; ++i) {
    Stream draws(2, Purpose::ask, 0, 0, i);
    const auto genome = space.random(draws);
    keys.insert(sphere.key(genome));
    keys.insert(rastrigin.key(genome));
    BOOST_TEST((sphere.key(genome) == sphere.key(genome)));
  }
  BOOST_TEST(keys.size() == 200u);
}

BOOST_AUTO_TEST_CASE(sleep_is_proportional_to_cost) {
  FunctionSettings settings;
  settings.sleep = 0.02;
  const Space space = space_for(settings);
  FunctionEvaluator evaluator(settings, space);
  const Genome genome(10, 0.0);
  const auto begin = std::chrono::steady_clock::now();
  evaluator.evaluate(genome, evaluator.key(genome));
  BOOST_TEST(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() >= 0.02);
}

BOOST_AUTO_TEST_CASE(wrong_functions_and_genes_are_refused) {
  FunctionSettings settings;
  const Space real = space_for(settings);
  settings.name = "onemax";
  BOOST_CHECK_THROW(FunctionEvaluator(settings, real), InputError);
  settings.name = "ackley";
  BOOST_CHECK_THROW(FunctionEvaluator(settings, real), InputError);
}
