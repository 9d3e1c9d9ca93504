#include "search/archipelago.hpp"

#include "search/function_evaluator.hpp"
#include "search/function_study.hpp"
#include "search/virtual_time.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <set>

using namespace archipel;

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool sanitized = true;   // and so ten times slower
#else
constexpr bool sanitized = false;
#endif

Study small_study(int islands, const std::string& strategy = "evolution") {
  auto study = function_study(islands, strategy, 60);
  study.evaluator.function.dimensions = 5;
  study.evaluator.function.cost_spread = 10;
  study.stages[0].migration.migrants = 2;
  return study;
}

struct Run {
  std::vector<Row> rows;
  std::vector<Migration> migrations;
  Utilisation utilisation;
};

/// The search in virtual time on `teams` teams. With `jitter` every evaluation takes a random time, so messages arrive in
/// another order.
Run run(const Study& study, int teams, std::uint64_t jitter = 0) {
  const Space space = make_space(study);
  FunctionEvaluator evaluator(study.evaluator.function, space);
  const auto plan = plan_search(study, 0, space, evaluator, 3);
  MemoryRecorder recorder;
  Duration duration = [&](int team, const Job& job) {
    if (jitter == 0) return double(job.cost);
    Stream draws(jitter, Purpose::function_cost, std::uint32_t(team), std::uint32_t(job.origin.island),
                 std::uint32_t(job.origin.ask));
    return 1 + 20 * draws.unit();
  };
  Run result;
  result.utilisation = simulate(plan, teams, space, evaluator, recorder, duration);
  result.rows = std::move(recorder.rows);
  result.migrations = std::move(recorder.migrations);
  std::ranges::sort(result.rows, {}, &Row::origin);
  std::ranges::sort(result.migrations, {}, [](const Migration& m) { return std::pair(m.island, m.index); });
  return result;
}

std::string first_difference(const Run& a, const Run& b) {
  if (a.rows.size() != b.rows.size()) return "number of rows";
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    const auto &x = a.rows[i], &y = b.rows[i];
    const auto place = " of island " + std::to_string(x.origin.island) + " ask " + std::to_string(x.origin.ask);
    if (x.origin != y.origin) return "origin" + place;
    if (x.genome != y.genome) return "genome" + place;
    if (x.evaluation.objectives != y.evaluation.objectives) return "objectives" + place;
    if (x.clock != y.clock || x.cost != y.cost || x.key != y.key || x.parents != y.parents || x.op != y.op)
      return "record" + place;
  }
  if (a.migrations.size() != b.migrations.size()) return "number of migrations";
  for (std::size_t i = 0; i < a.migrations.size(); ++i) {
    const auto &x = a.migrations[i], &y = b.migrations[i];
    if (x.migrant != y.migrant || x.replaced != y.replaced || x.told != y.told || x.stamp != y.stamp ||
        x.clock != y.clock) {
      return "migration " + std::to_string(x.index) + " of island " + std::to_string(x.island);
    }
  }
  return "";
}

}   // namespace

BOOST_AUTO_TEST_CASE(same_bits_on_any_number_of_teams_in_any_order_of_arrival) {
  for (const std::string topology : {"ring", "torus", "complete", "hypercube", "random"}) {
    for (const std::string clock : {"cost", "boundaries"}) {
      for (const double lag : {0.0, 1.0, 2.0}) {
        auto study = small_study(8);
        study.stages[0].migration.topology = topology;
        study.stages[0].migration.clock = clock;
        study.stages[0].migration.lag = lag;
        const auto alone = run(study, 1);
        BOOST_TEST(alone.rows.size() == 480u);
        BOOST_TEST(!alone.migrations.empty());
        for (const int teams : sanitized ? std::vector{3, 13} : std::vector{2, 3, 8, 13, 24}) {
          BOOST_TEST(first_difference(alone, run(study, teams)) == "",
                     topology << " " << clock << " lag " << lag << " teams " << teams);
          BOOST_TEST(first_difference(alone, run(study, teams, 1 + std::uint64_t(teams))) == "");
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(different_strategies_on_the_islands_of_one_study) {
  auto study = small_study(6);
  auto& strategies = study.stages[0].strategies;
  const StrategySettings settings = strategies[0];
  strategies.clear();
  for (const auto* kind : {"evolution", "aging", "random", "local", "nes", "cmaes"}) {
    strategies.push_back(settings);
    strategies.back().kind = kind;
  }
  const auto alone = run(study, 1);
  for (const int teams : {2, 4, 6, 9}) BOOST_TEST(first_difference(alone, run(study, teams, 3)) == "");
}

BOOST_AUTO_TEST_CASE(every_strategy_on_islands_and_with_crews) {
  for (const std::string strategy : {"random", "aging", "local", "reinforce", "nes", "cmaes", "portfolio"}) {
    BOOST_TEST_CONTEXT(strategy) {
      const auto study = small_study(4, strategy);
      const auto alone = run(study, 1);
      BOOST_TEST(!alone.migrations.empty());
      for (const int teams : sanitized ? std::vector{9} : std::vector{2, 4, 9})
        BOOST_TEST(first_difference(alone, run(study, teams, 3)) == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(aging_evolution_on_one_island_with_a_crew) {
  auto study = small_study(1, "aging");
  study.stages[0].budget.evaluations = 300;
  const auto alone = run(study, 1);
  for (const int teams : {2, 4}) {
    for (const std::uint64_t jitter : {0, 1, 2}) BOOST_TEST(first_difference(alone, run(study, teams, jitter)) == "");
  }
}

BOOST_AUTO_TEST_CASE(strategies_that_learn_a_model_on_islands_and_with_crews) {
  for (const std::string strategy : {"gp", "bananas", "tpe"}) {
    for (const int islands : {1, 3}) {
      const auto study = small_study(islands, strategy);
      const auto alone = run(study, 1);
      for (const int teams : sanitized ? std::vector{4} : std::vector{2, 4})
        BOOST_TEST(first_difference(alone, run(study, teams, 5)) == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(another_seed_gives_another_search) {
  auto study = small_study(4);
  const auto first = run(study, 2);
  study.seed = 8;
  BOOST_TEST(first_difference(first, run(study, 2)) != "");
}

BOOST_AUTO_TEST_CASE(migration_changes_the_search_and_lag_delays_it) {
  auto study = small_study(4);
  const auto with = run(study, 1);
  study.stages[0].migration.lag = 3;
  const auto later = run(study, 1);
  study.stages[0].migration.topology = "none";
  const auto without = run(study, 1);
  BOOST_TEST(first_difference(with, later) != "");
  BOOST_TEST(first_difference(with, without) != "");
  BOOST_TEST(without.migrations.empty());
  for (const auto& m : later.migrations) BOOST_TEST(m.clock > m.stamp);
}

BOOST_AUTO_TEST_CASE(a_cost_budget_ends_each_island_when_it_is_spent) {
  auto study = small_study(3);
  study.stages[0].budget.evaluations = 0;
  study.stages[0].budget.cost = 300'000;
  const auto result = run(study, 2);
  for (int island = 0; island < 3; ++island) {
    std::uint64_t before_last = 0, last = 0;
    for (const auto& row : result.rows) {
      if (row.origin.island == island) {
        before_last = last;
        last = row.clock;
      }
    }
    BOOST_TEST(before_last < 100'000u);
    BOOST_TEST(last >= 100'000u);
  }
}

// Strategy that notes what it was told before each ask.
BOOST_AUTO_TEST_CASE(ask_n_sees_exactly_the_results_up_to_n_minus_window) {
  struct Spy : Strategy {
    explicit Spy(std::int64_t w) : window(w) {}
    std::int64_t window, told = 0;
    Population none{1};
    Proposal ask(std::int64_t number, Stream& draws) override {
      BOOST_TEST(told == std::max<std::int64_t>(0, number - window + 1));
      return {.genome = {double(draws.below(100))}, .parents = {}, .op = Operator::random};
    }
    void tell(Candidate candidate, Stream&) override { BOOST_TEST(candidate.origin.ask == told++); }
    Population& population() override { return none; }
  };
  const auto study = small_study(1);
  const Space space({{.name = "x", .kind = GeneKind::integer, .low = 0, .high = 100, .choices = {}, .when = {}}});
  FunctionEvaluator evaluator(study.evaluator.function, space);
  for (const std::int64_t window : {1, 2, 5, 8}) {
    for (const int teams : {1, 3}) {
      ArchipelagoPlan plan;
      plan.rules = {IslandRules{}};
      plan.rules[0].window = window;
      plan.rules[0].max_asks = 50;
      plan.senders = {{}};
      plan.strategy = [window](int) { return std::make_unique<Spy>(window); };
      MemoryRecorder recorder;
      simulate(plan, teams, space, evaluator, recorder);
      BOOST_TEST(recorder.rows.size() == 50u);
    }
  }
}

BOOST_AUTO_TEST_CASE(teams_that_are_free_evaluate_for_others_and_results_stay_the_same) {
  for (const int islands : {1, 2, 4, 7}) {
    auto study = small_study(islands);
    study.stages[0].budget.evaluations = 60 * islands;
    const Space space = make_space(study);
    FunctionEvaluator evaluator(study.evaluator.function, space);
    const auto plan = plan_search(study, 0, space, evaluator, 3);
    const auto alone = run(study, 1);
    for (const int teams : {2, 3, 5, 8}) {
      const Duration slow_first = [&](int team, const Job& job) { return double(job.cost) * (team == 0 ? 3 : 1); };
      Run helped, unhelped;
      for (auto* each : {&helped, &unhelped}) {
        MemoryRecorder recorder;
        each->utilisation = simulate(plan, teams, space, evaluator, recorder, slow_first, each == &helped);
        each->rows = std::move(recorder.rows);
        each->migrations = std::move(recorder.migrations);
        std::ranges::sort(each->rows, {}, &Row::origin);
        std::ranges::sort(each->migrations, {}, [](const Migration& m) { return std::pair(m.island, m.index); });
        BOOST_TEST(first_difference(alone, *each) == "", islands << " islands, " << teams << " teams");
      }
      BOOST_TEST_MESSAGE(islands << " islands, " << teams << " teams: " << unhelped.utilisation.makespan << " -> "
                                 << helped.utilisation.makespan);
      if (islands == teams || (islands == 4 && teams == 2))
        BOOST_TEST(helped.utilisation.makespan < 0.95 * unhelped.utilisation.makespan);
    }
  }
}

BOOST_AUTO_TEST_CASE(lag_in_cost_keeps_many_teams_busy) {
  auto study = small_study(64);
  study.evaluator.function.cost_spread = 10;
  study.stages[0].migration.topology = "torus";
  study.stages[0].migration.lag = 2;
  const auto cost = run(study, 64).utilisation;
  study.stages[0].migration.clock = "boundaries";
  const auto boundaries = run(study, 64).utilisation;
  BOOST_TEST_MESSAGE("busy with lag in cost " << cost.busy << ", in boundaries " << boundaries.busy);
  BOOST_TEST(cost.busy > 0.8);
}
