#include "base/error.hpp"
#include "search/archipelago.hpp"
#include "search/function_evaluator.hpp"
#include "search/function_study.hpp"
#include "search/pareto.hpp"
#include "search/virtual_time.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace archipel {
namespace {

Study front_study(const std::string& function, int genes, const std::string& strategy, int evaluations,
                  int population) {
  auto study = function_study(1, strategy, evaluations);
  study.evaluator.function.name = function;
  study.evaluator.function.dimensions = genes;
  study.stages[0].objectives = {"f1", "f2"};
  if (function == "dtlz2") study.stages[0].objectives.push_back("f3");
  study.stages[0].strategies[0].population = population;
  study.stages[0].strategies[0].crossover = 0.9;
  study.stages[0].strategies[0].tournament = 2;
  study.stages[0].strategies[0].mutations = 0.3;
  return study;
}

/// Of all rows, below 1.1 in each objective.
double volume_of(const Study& study) {
  const Space space = make_space(study);
  FunctionEvaluator evaluator(study.evaluator.function, space);
  MemoryRecorder recorder;
  simulate(plan_search(study, 0, space, evaluator, 1), 1, space, evaluator, recorder);
  std::vector<Scores> front;
  for (const auto& row : recorder.rows) {
    Scores scores;
    for (const double value : row.evaluation.objectives) scores.push_back(-value);
    add_to_front(front, std::move(scores));
  }
  const Scores reference(study.stages[0].objectives.size(), -1.1);
  return hypervolume(std::move(front), reference);
}

/// Of the front of ZDT3, from samples of it.
double zdt3_volume() {
  std::vector<Scores> points;
  for (int i = 0; i <= 20'000; ++i) {
    const double x = i / 20'000.0;
    points.push_back({-x, -(1 - std::sqrt(x) - x * std::sin(10 * std::numbers::pi * x))});
  }
  return hypervolume(std::move(points), Scores{-1.1, -1.1});
}

/// Shares of the front's hypervolume that nsga2 finds, and random search with a fifth of the evaluations.
void check_two_objectives(int genes, int population, int evaluations, double least) {
  const std::vector<std::pair<std::string, double>> fronts = {
      {"zdt1", 1.21 - 1.0 / 3}, {"zdt2", 1.21 - 2.0 / 3}, {"zdt3", zdt3_volume()}};
  for (const auto& [function, whole] : fronts) {
    const double found = volume_of(front_study(function, genes, "nsga2", evaluations, population)) / whole;
    const double by_chance = volume_of(front_study(function, genes, "random", evaluations / 5, population)) / whole;
    BOOST_TEST_MESSAGE(function << ": " << found << " of the front's hypervolume, by random search " << by_chance);
    BOOST_TEST(found > least);
    BOOST_TEST(found <= 1.0001);
    BOOST_TEST(by_chance < 0.5);
  }
}

void check_three_objectives(int population, int evaluations, double least) {
  const double whole = 1.331 - std::numbers::pi / 6;
  for (const std::string strategy : {"nsga2", "nsga3", "random"}) {
    const int asks = strategy == "random" ? evaluations * 2 / 5 : evaluations;
    const double found = volume_of(front_study("dtlz2", 12, strategy, asks, population)) / whole;
    BOOST_TEST_MESSAGE("dtlz2, " << strategy << ": " << found << " of the front's hypervolume");
    if (strategy == "random") BOOST_TEST(found < 0.9);
    else BOOST_TEST(found > least);
  }
}

BOOST_AUTO_TEST_CASE(fronts_of_two_objectives_are_found) { check_two_objectives(15, 60, 12'000, 0.99); }
BOOST_AUTO_TEST_CASE(a_front_of_three_objectives_is_found) { check_three_objectives(60, 10'000, 0.97); }

// A minute: only when asked for, --run_test=published.
BOOST_AUTO_TEST_SUITE(published, *boost::unit_test::disabled())
BOOST_AUTO_TEST_CASE(two_objectives) { check_two_objectives(30, 100, 25'000, 0.99); }
BOOST_AUTO_TEST_CASE(three_objectives) { check_three_objectives(100, 30'000, 0.985); }
BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(objectives_are_checked_by_name) {
  for (const auto& names : std::vector<std::vector<std::string>>{{"f2", "f1"}, {"f1", "f1"}, {"f1", "f9"}}) {
    auto study = front_study("zdt1", 5, "nsga2", 100, 100);
    study.stages[0].objectives = names;
    const Space space = make_space(study);
    FunctionEvaluator evaluator(study.evaluator.function, space);
    BOOST_CHECK_THROW(plan_search(study, 0, space, evaluator, 1), InputError);
  }
}

}   // namespace
}   // namespace archipel
