#include "base/error.hpp"
#include "search/archipelago.hpp"
#include "search/function_evaluator.hpp"
#include "search/function_study.hpp"
#include "search/local_exchange.hpp"
#include "search/placement.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>

using namespace archipel;

namespace {

/// What earlier starts left, by row; counts what is evaluated anew.
struct File : Recorder {
  std::map<Origin, Row> rows;
  std::map<Origin, RunInfo> runs;
  std::map<std::pair<int, std::int64_t>, Migration> migrations;
  int evaluated = 0;

  Past past(const Origin& origin) override {
    Past past;
    if (const auto row = rows.find(origin); row != rows.end()) past.row = row->second;
    if (const auto run = runs.find(origin); run != runs.end()) past.run = run->second;
    return past;
  }
  void note(const Origin& origin, const RunInfo& run) override { runs[origin] = run; }
  void row(const Row& row, const RunInfo& run) override {
    BOOST_TEST(rows.emplace(row.origin, row).second);
    runs[row.origin] = run;
    ++evaluated;
  }
  void migration(const Migration& migration) override { migrations[{migration.island, migration.index}] = migration; }
  void ended(std::int32_t, const IslandEnd&) override {}
};

/// One start: teams take turns in an order drawn from `turns`, until all have ended or `most` evaluations are done.
void run(const Study& study, int teams, File& file, std::uint32_t turns, int most, int deaths = 0,
         bool outcomes = true) {
  const Space space = make_space(study);
  FunctionEvaluator evaluator(study.evaluator.function, space);
  auto plan = plan_search(study, 0, space, evaluator, 3);
  plan.machine_outcomes = outcomes;
  LocalHub hub(teams, int(plan.rules.size()), 5, Stream(3, Purpose::topology, 0, turns, 0));
  std::vector<std::unique_ptr<Exchange>> exchanges;
  std::vector<Archipelago> searches;
  searches.reserve(std::size_t(teams));
  for (int team = 0; team < teams; ++team) {
    exchanges.push_back(hub.team(team));
    searches.emplace_back(plan, seats_of(team, teams, int(plan.rules.size())), space, evaluator, *exchanges.back(),
                          file, team);
    searches.back().deaths = deaths;
  }
  file.evaluated = 0;
  Stream order(4, Purpose::topology, 0, turns, 0);
  while (file.evaluated < most && !std::ranges::all_of(searches, &Archipelago::ended))
    searches[order.below(std::uint32_t(teams))].step();
}

bool equal(const Row& a, const Row& b) {
  return a.origin == b.origin && a.genome == b.genome && a.evaluation.outcome == b.evaluation.outcome &&
         a.evaluation.objectives == b.evaluation.objectives && a.key == b.key && a.cost == b.cost &&
         a.clock == b.clock && a.parents == b.parents && a.op == b.op;
}

void check_equal(const File& a, const File& b) {
  BOOST_TEST_REQUIRE(a.rows.size() == b.rows.size());
  BOOST_TEST_REQUIRE(a.migrations.size() == b.migrations.size());
  for (const auto& [origin, row] : a.rows) BOOST_TEST(equal(row, b.rows.at(origin)));
  for (const auto& [place, migration] : a.migrations) {
    const auto& other = b.migrations.at(place);
    BOOST_TEST((migration.migrant == other.migrant && migration.replaced == other.replaced &&
                migration.told == other.told && migration.stamp == other.stamp));
  }
}

constexpr int all = 1'000'000;

}   // namespace

BOOST_AUTO_TEST_CASE(stopped_anywhere_and_resumed_on_any_number_of_teams_it_is_the_same) {
  for (const std::string strategy :
       {"evolution", "aging", "random", "local", "reinforce", "nes", "cmaes", "portfolio"}) {
    for (const int islands : {1, 4}) {
      const auto study = function_study(islands, strategy, 50);
      File whole;
      run(study, 1, whole, 0, all);
      BOOST_TEST(whole.rows.size() == std::size_t(50 * islands));
      for (std::uint32_t trial = 1; trial <= 10; ++trial) {
        Stream draws(6, Purpose::topology, 0, trial, 0);
        File file;
        for (int start = 0; start < 4; ++start)
          run(study, 1 + int(draws.below(6)), file, 10 * trial + std::uint32_t(start), 1 + int(draws.below(40)));
        run(study, 1 + int(draws.below(6)), file, 10 * trial + 9, all);
        check_equal(whole, file);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(strategies_that_learn_a_model_are_resumed_by_replay) {
  for (const std::string strategy : {"gp", "bananas", "tpe"}) {
    const auto study = function_study(2, strategy, 40);
    File whole;
    run(study, 1, whole, 0, all);
    for (std::uint32_t trial = 1; trial <= 2; ++trial) {
      File file;
      run(study, 3, file, 10 * trial, 30);
      run(study, 1, file, 10 * trial + 1, 20);
      run(study, 2, file, 10 * trial + 2, all);
      check_equal(whole, file);
    }
  }
}

BOOST_AUTO_TEST_CASE(only_rows_that_are_missing_are_evaluated) {
  const auto study = function_study(4, "evolution", 50);
  File whole;
  run(study, 2, whole, 0, all);
  auto file = whole;
  Stream draws(7, Purpose::topology, 0, 0, 0);
  int lost = 0;
  std::erase_if(file.rows, [&](const auto&) { return draws.chance(0.2) && ++lost; });
  BOOST_TEST(lost > 20);
  run(study, 3, file, 1, all);
  BOOST_TEST(file.evaluated == lost);
  check_equal(whole, file);
  run(study, 5, file, 2, all);
  BOOST_TEST(file.evaluated == 0);
}

BOOST_AUTO_TEST_CASE(a_wish_to_stop_ends_a_search_between_evaluations_or_abandons_one) {
  auto study = function_study(1, "evolution", 50);
  study.evaluator.function.cost_spread = 10;
  File whole;
  run(study, 1, whole, 0, all);
  const Space space = make_space(study);
  const auto plan = plan_search(study, 0, space, FunctionEvaluator(study.evaluator.function, space), 3);
  File file;
  const auto start = [&](auto prepare) {
    FunctionEvaluator evaluator(study.evaluator.function, space);
    LocalHub hub(1, 1);
    const auto exchange = hub.team(0);
    Archipelago search(plan, seats_of(0, 1, 1), space, evaluator, *exchange, file, 0);
    file.evaluated = 0;
    prepare(search, evaluator);
    search.run();
    return search.ended();
  };
  BOOST_TEST(!start([&](auto& search, auto&) { search.stop = [&](double) { return file.evaluated == 7; }; }));
  BOOST_TEST(file.rows.size() == 7u);
  // The first evaluation of a start may take any time, the later ones what the slowest took for their cost.
  BOOST_TEST(!start(
      [&](auto& search, auto&) { search.stop = [&](double needed) { return needed > 0 && file.evaluated > 0; }; }));
  BOOST_TEST(file.evaluated == 1);
  BOOST_TEST(file.rows.size() == 8u);
  study.evaluator.function.sleep = 1000;
  BOOST_TEST(!start([&](auto&, auto& evaluator) { evaluator.abandon = [] { return true; }; }));
  BOOST_TEST(file.rows.size() == 8u);
  const auto abandoned = file.runs.at({0, 8});
  BOOST_TEST(abandoned.attempts == 1);
  BOOST_TEST(abandoned.failures == 1);   // the candidate is not to blame
  study.evaluator.function.sleep = 0;
  BOOST_TEST(start([](auto&, auto&) {}));
  check_equal(whole, file);
}

BOOST_AUTO_TEST_CASE(a_row_of_another_study_is_refused) {
  const auto study = function_study(2, "evolution", 50);
  File file;
  run(study, 1, file, 0, 30);
  file.rows.begin()->second.genome[0] += 1e-9;
  BOOST_CHECK_THROW(run(study, 1, file, 0, all), SystemError);
}

BOOST_AUTO_TEST_CASE(a_candidate_with_which_the_program_died_twice_is_given_up) {
  const auto study = function_study(2, "evolution", 50);
  const Origin poison{1, 17}, unlucky{0, 20};
  const auto dead = [&] {
    File file;
    file.runs[poison] = {.attempts = 2, .failures = 0};
    file.runs[unlucky] = {.attempts = 2, .failures = 1};   // one of them was a failure that the program survived
    return file;
  };
  auto file = dead();
  run(study, 2, file, 0, all, 2);
  BOOST_TEST(file.rows.size() == 100u);
  BOOST_TEST((file.rows.at(poison).evaluation.outcome == Outcome::error));
  BOOST_TEST((file.rows.at(unlucky).evaluation.outcome == Outcome::ok));
  BOOST_TEST(file.runs.at(unlucky).attempts == 3);
  BOOST_TEST(file.runs.at(unlucky).failures == 1);

  auto patient = dead();
  run(study, 2, patient, 0, all, 0);
  BOOST_TEST((patient.rows.at(poison).evaluation.outcome == Outcome::ok));

  auto strict = dead();
  BOOST_CHECK_EXCEPTION(run(study, 2, strict, 0, all, 2, false), SystemError, [](const SystemError& error) {
    return std::string(error.what()).find("died 2 times") != std::string::npos;
  });
}
