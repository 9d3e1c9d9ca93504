#include "search/archipelago.hpp"
#include "search/attempt.hpp"
#include "search/function_evaluator.hpp"
#include "search/local_exchange.hpp"
#include "search/placement.hpp"
#include "search/virtual_time.hpp"

#include "base/error.hpp"
#include "search/failing_evaluator.hpp"
#include "search/function_study.hpp"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <cmath>
#include <new>
#include <set>
#include <stdexcept>

using namespace archipel;

namespace {

Study study_of(int islands, const std::string& strategy) {
  auto study = function_study(islands, strategy, 80);
  study.evaluator.function.cost_spread = 10;
  study.stages[0].migration.interval = 4;
  return study;
}

struct Start {
  Origin origin;
  RunInfo run;
};

/// Rows, and every start in order.
struct StartRecorder : MemoryRecorder {
  std::vector<Start> starts;
  std::map<Origin, RunInfo> runs;   // of the rows
  void note(const Origin& origin, const RunInfo& run) override {
    if (run.attempts > run.failures) starts.push_back({origin, run});   // otherwise it says that one has failed
  }
  void row(const Row& row, const RunInfo& run) override {
    MemoryRecorder::row(row, run);
    BOOST_TEST(runs.emplace(row.origin, run).second);
  }
};

struct Run {
  std::vector<Row> rows;   // by origin
  std::vector<Start> starts;
  std::map<Origin, RunInfo> runs;
  int failures = 0;
};

Run in_order(StartRecorder& recorder, const FailingEvaluator& evaluator) {
  std::ranges::sort(recorder.rows, {}, &Row::origin);
  return {std::move(recorder.rows), std::move(recorder.starts), std::move(recorder.runs), evaluator.failures()};
}

Run run(const Study& study, int teams, Failing failing, bool jitter = true) {
  const Space space = make_space(study);
  FunctionEvaluator function(study.evaluator.function, space);
  FailingEvaluator evaluator(function, failing);
  StartRecorder recorder;
  simulate(plan_search(study, 0, space, evaluator, 3), teams, space, evaluator, recorder,
           [&](int team, const Job& job) {
             Stream draws(5, Purpose::function_cost, std::uint32_t(team), std::uint32_t(job.origin.island),
                          std::uint32_t(job.origin.ask));
             return jitter ? 1 + 20 * draws.unit() : double(job.cost);
           });
  return in_order(recorder, evaluator);
}

/// The teams take turns in a random order, and messages of different senders overtake each other.
Run run_with_delays(const Study& study, int teams, Failing failing, int most_delay) {
  const Space space = make_space(study);
  FunctionEvaluator function(study.evaluator.function, space);
  FailingEvaluator evaluator(function, failing);
  StartRecorder recorder;
  const auto plan = plan_search(study, 0, space, evaluator, 3);
  LocalHub hub(teams, int(plan.rules.size()), most_delay,
               Stream(3, Purpose::topology, 0, std::uint32_t(most_delay), 0));
  std::vector<std::unique_ptr<Exchange>> exchanges;
  std::vector<Archipelago> searches;
  searches.reserve(std::size_t(teams));
  for (int team = 0; team < teams; ++team) {
    exchanges.push_back(hub.team(team));
    searches.emplace_back(plan, seats_of(team, teams, int(plan.rules.size())), space, evaluator, *exchanges.back(),
                          recorder, team);
  }
  Stream turns(4, Purpose::topology, 0, std::uint32_t(most_delay), 0);
  for (int turn = 0; turn < 100'000 && !std::ranges::all_of(searches, &Archipelago::ended); ++turn) {
    auto& search = searches[turns.below(std::uint32_t(teams))];
    search.absorb();
    const Job* job = search.next_job();
    if (!job) continue;
    const auto begun = search.begin(*job);
    search.complete(*job, attempt(evaluator, job->genome, job->key), begun, false);
  }
  BOOST_TEST(std::ranges::all_of(searches, &Archipelago::ended));
  return in_order(recorder, evaluator);
}

bool equal(const Row& a, const Row& b) {
  const auto bits = [](const std::vector<double>& values) {
    std::vector<std::uint64_t> result;
    for (const double value : values) result.push_back(std::bit_cast<std::uint64_t>(value));
    return result;
  };
  return a.origin == b.origin && a.genome == b.genome && a.evaluation.outcome == b.evaluation.outcome &&
         bits(a.evaluation.objectives) == bits(b.evaluation.objectives) && a.key == b.key && a.cost == b.cost &&
         a.clock == b.clock && a.parents == b.parents && a.op == b.op && a.late == b.late;
}

std::string first_difference(const std::vector<Row>& a, const std::vector<Row>& b) {
  if (a.size() != b.size()) return "number of rows: " + std::to_string(a.size()) + ", " + std::to_string(b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equal(a[i], b[i]))
      return "island " + std::to_string(a[i].origin.island) + " ask " + std::to_string(a[i].origin.ask);
  }
  return "";
}

constexpr Failing undisturbed{};

}   // namespace

BOOST_AUTO_TEST_CASE(what_an_evaluator_throws_becomes_an_outcome) {
  const auto study = study_of(1, "random");
  const Space space = make_space(study);
  FunctionEvaluator function(study.evaluator.function, space);
  const Genome genome(space.size(), 0.5);
  const auto once = [&](Failing::How how) {
    FailingEvaluator evaluator(function, {.every = 1, .times = 1, .how = how});
    return attempt(evaluator, genome, evaluator.key(genome));
  };
  using How = Failing::How;
  const auto thrown = once(How::exception);
  BOOST_TEST((thrown.outcome == Outcome::error));
  BOOST_TEST(thrown.reason == "injected failure");   // one line of it
  BOOST_TEST_REQUIRE(thrown.objectives.size() == 1u);
  BOOST_TEST(std::isnan(thrown.objectives[0]));
  BOOST_TEST((once(How::bad_alloc).outcome == Outcome::out_of_memory));
  BOOST_TEST((once(How::no_exception).outcome == Outcome::error));
  BOOST_TEST((once(How::returned).outcome == Outcome::out_of_memory));
  BOOST_CHECK_THROW(once(How::system_error), SystemError);
  BOOST_CHECK_THROW(once(How::input_error), InputError);
}

BOOST_AUTO_TEST_CASE(a_failure_that_does_not_repeat_leaves_no_trace_in_the_rows) {
  for (const int islands : {1, 3}) {
    for (const std::string strategy : {"evolution", "aging", "random"}) {
      const auto study = study_of(islands, strategy);
      const auto wanted = run(study, 1, undisturbed);
      for (const auto how : {Failing::How::exception, Failing::How::bad_alloc, Failing::How::returned}) {
        const Failing once{.every = 3, .times = 1, .how = how};
        for (const int teams : {1, 2, 4, 7}) {
          const auto disturbed = run(study, teams, once);
          BOOST_TEST(disturbed.failures > 10);
          BOOST_TEST(first_difference(disturbed.rows, wanted.rows) == "", strategy << " on " << teams << " teams");
          for (const int most_delay : {1, 5, 30})
            BOOST_TEST(first_difference(run_with_delays(study, teams, once, most_delay).rows, wanted.rows) == "",
                       strategy << " on " << teams << " teams, delay " << most_delay);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_failure_that_repeats_is_a_flagged_row_and_others_are_not_touched) {
  const auto study = study_of(2, "random");   // asks do not depend on what is told
  const auto wanted = run(study, 1, undisturbed);
  const Failing always{.every = 5, .times = 1000, .how = Failing::How::exception};
  for (const int teams : {1, 2, 4}) {
    const auto flagged = run(study, teams, always);
    BOOST_TEST_REQUIRE(flagged.rows.size() == wanted.rows.size());
    int errors = 0;
    for (std::size_t i = 0; i < wanted.rows.size(); ++i) {
      const auto &row = flagged.rows[i], &other = wanted.rows[i];
      if (always.hits(row.key)) {
        ++errors;
        BOOST_TEST((row.evaluation.outcome == Outcome::error));
        BOOST_TEST(std::isnan(row.evaluation.objectives.at(0)));
        BOOST_TEST((row.genome == other.genome && row.cost == other.cost && row.clock == other.clock));
        BOOST_TEST(flagged.runs.at(row.origin).attempts == 2);
      } else {
        BOOST_TEST(equal(row, other));
        BOOST_TEST(flagged.runs.at(row.origin).attempts == 1);
      }
    }
    BOOST_TEST(errors > 10);
    BOOST_TEST(flagged.failures == 2 * errors);   // no third attempt
  }
}

BOOST_AUTO_TEST_CASE(flagged_rows_steer_the_search_alike_on_any_number_of_teams) {
  const Failing always{.every = 4, .times = 1000, .how = Failing::How::returned};
  for (const std::string strategy : {"evolution", "aging"}) {
    const auto study = study_of(2, strategy);
    const auto alone = run(study, 1, always);
    BOOST_TEST(first_difference(alone.rows, run(study, 1, undisturbed).rows) != "");
    for (const int teams : {2, 4, 5}) {
      BOOST_TEST(first_difference(alone.rows, run(study, teams, always).rows) == "");
      BOOST_TEST(first_difference(alone.rows, run_with_delays(study, teams, always, 20).rows) == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_second_attempt_is_made_by_another_team_where_there_is_one) {
  const Failing once{.every = 3, .times = 1, .how = Failing::How::exception};
  for (const int teams : {1, 2, 4}) {
    const auto disturbed = run(study_of(1, "aging"), teams, once);
    std::map<Origin, std::vector<RunInfo>> starts;
    for (const auto& start : disturbed.starts) starts[start.origin].push_back(start.run);
    BOOST_TEST(starts.size() == disturbed.rows.size());
    int twice = 0;
    for (const auto& [origin, runs] : starts) {
      BOOST_TEST_REQUIRE((runs.size() == 1 || runs.size() == 2));
      BOOST_TEST(runs[0].attempts == 1);
      BOOST_TEST(runs[0].failures == 0);
      BOOST_TEST(runs[0].begun > 1.7e9);
      BOOST_TEST(disturbed.runs.at(origin).rank == runs.back().rank);
      if (runs.size() == 1) continue;
      ++twice;
      BOOST_TEST(runs[1].attempts == 2);
      BOOST_TEST(runs[1].failures == 1);
      BOOST_TEST((runs[0].rank != runs[1].rank) == (teams > 1));
    }
    BOOST_TEST(twice == disturbed.failures);
    BOOST_TEST(twice > 5);
  }
}

BOOST_AUTO_TEST_CASE(a_study_that_allows_no_such_rows_stops_at_the_second_failure) {
  auto study = study_of(1, "evolution");
  study.limits.machine_outcomes = false;
  const auto wanted = run(study, 1, undisturbed);
  BOOST_TEST(first_difference(wanted.rows,
                              run(study, 2, {.every = 3, .times = 1, .how = Failing::How::exception}).rows) == "");
  for (const int teams : {1, 3}) {
    BOOST_CHECK_EXCEPTION(run(study, teams, {.every = 3, .times = 2, .how = Failing::How::exception}), SystemError,
                          [&](const SystemError& error) {
                            const std::string text = error.what();
                            const bool named = std::ranges::any_of(wanted.rows, [&](const Row& row) {
                              return text.starts_with("island 0, ask " + std::to_string(row.origin.ask) + ", key " +
                                                      row.key.hex() + ": ");
                            });
                            return named && text.find("error (injected failure)") != std::string::npos &&
                                   text.find("limits.machine_outcomes") != std::string::npos;
                          });
  }
}

BOOST_AUTO_TEST_CASE(the_loop_itself_tells_of_failures_and_times_out_late_evaluations_once) {
  auto study = study_of(1, "random");
  study.limits.machine_outcomes = false;   // a wall-clock budget is the study's own wish
  const Space space = make_space(study);
  FunctionEvaluator function(study.evaluator.function, space);
  FailingEvaluator evaluator(function, {.every = 3, .times = 1, .how = Failing::How::exception});
  const auto plan = plan_search(study, 0, space, evaluator, 1);
  for (const bool late : {false, true}) {
    LocalHub hub(1, 1);
    const auto exchange = hub.team(0);
    StartRecorder recorder;
    Archipelago search(plan, {Seat{}}, space, evaluator, *exchange, recorder);
    if (late) search.seconds = 0;
    std::vector<std::string> told;
    search.on_failure = [&](const std::string& text) { told.push_back(text); };
    search.run();
    // Late: the asks that were dealt before the first late one was told.
    if (late) BOOST_TEST(std::int64_t(recorder.rows.size()) <= plan.rules[0].window);
    else BOOST_TEST(std::int64_t(recorder.rows.size()) == plan.rules[0].max_asks);
    BOOST_TEST(told.size() == (late ? 0u : std::size_t(evaluator.failures())));
    for (const auto& row : recorder.rows)
      BOOST_TEST((row.evaluation.outcome == (late ? Outcome::timeout : Outcome::ok)));
    BOOST_TEST(recorder.starts.size() == recorder.rows.size() + told.size());
    if (!told.empty()) BOOST_TEST(told[0].find("error (injected failure)") != std::string::npos);
  }
}
