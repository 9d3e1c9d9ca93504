#include "stages/stage.hpp"

#include "search/best_probability.hpp"
#include "search/function_evaluator.hpp"
#include "search/function_study.hpp"
#include "search/local_exchange.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <thread>

using namespace archipel;

namespace {

/// A search of 5 islands, then an evaluation of the best 3.
Study two_stages() {
  auto study = function_study(5, "evolution", 0);
  study.stages[0].budget.evaluations = 203;   // not a multiple of the islands
  StageSettings evaluate;
  evaluate.kind = "evaluate";
  evaluate.candidates = 3;
  study.stages.push_back(evaluate);
  return study;
}

/// The same with noise, and up to 4 evaluations of a finalist.
Study race() {
  auto study = two_stages();
  study.evaluator.function.noise = 1;
  study.stages[1].replicates = 4;
  return study;
}

/// What one team sees of both stages.
struct Seen {
  std::vector<Candidate> finalists, ranking;
  MemoryRecorder searched, evaluated;
};

std::vector<Seen> run(const Study& study, int teams) {
  const Space space = make_space(study);
  LocalHub search_hub(teams, int(study.stages[0].islands)), evaluate_hub(teams, 1);
  std::vector<Seen> seen(static_cast<std::size_t>(teams));
  std::vector<std::thread> threads;
  for (int team = 0; team < teams; ++team) {
    threads.emplace_back([&, team] {
      auto& mine = seen[std::size_t(team)];
      FunctionEvaluator evaluator(study.evaluator.function, space);
      const auto context = [&](std::size_t index, Exchange& exchange, Recorder& recorder) {
        return stages::StageContext{.study = study,
                                    .index = index,
                                    .space = space,
                                    .evaluator = evaluator,
                                    .team = team,
                                    .teams = teams,
                                    .exchange = exchange,
                                    .recorder = recorder,
                                    .on_progress = {}};
      };
      const auto first = search_hub.team(team), second = evaluate_hub.team(team);
      mine.finalists = stages::search(context(0, *first, mine.searched), 3);
      mine.ranking = stages::evaluate(context(1, *second, mine.evaluated), mine.finalists);
    });
  }
  for (auto& thread : threads) thread.join();
  return seen;
}

std::vector<Row> rows_of(const std::vector<Seen>& seen, MemoryRecorder Seen::*stage) {
  std::vector<Row> rows;
  for (const auto& team : seen) rows.insert(rows.end(), (team.*stage).rows.begin(), (team.*stage).rows.end());
  std::ranges::sort(rows, {}, &Row::origin);
  return rows;
}

std::vector<Genome> genomes(const std::vector<Candidate>& candidates) {
  std::vector<Genome> all;
  for (const auto& candidate : candidates) all.push_back(candidate.genome);
  return all;
}

}   // namespace

namespace archipel {
std::ostream& boost_test_print_type(std::ostream& out, const Study& study) { return out << study.name; }
}   // namespace archipel

BOOST_AUTO_TEST_CASE(finalists_are_the_best_different_genomes_of_all_islands) {
  const auto seen = run(two_stages(), 1);
  auto rows = rows_of(seen, &Seen::searched);
  BOOST_TEST(rows.size() == 203u);
  std::ranges::stable_sort(rows, {}, [](const Row& row) { return row.evaluation.objectives[0]; });   // minimised
  std::vector<Genome> expected;
  for (const auto& row : rows) {
    if (expected.size() < 3 && std::ranges::find(expected, row.genome) == expected.end())
      expected.push_back(row.genome);
  }
  BOOST_TEST((genomes(seen[0].finalists) == expected));
}

BOOST_AUTO_TEST_CASE(evaluate_runs_each_finalist_once_and_ranks_them) {
  const auto seen = run(two_stages(), 1);
  const auto rows = rows_of(seen, &Seen::evaluated);
  BOOST_TEST_REQUIRE(rows.size() == 3u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    BOOST_TEST((rows[i].genome == seen[0].finalists[i].genome));
    BOOST_TEST((rows[i].op == Operator::given && rows[i].parents[0] == seen[0].finalists[i].origin));
  }
  BOOST_TEST(std::ranges::is_sorted(seen[0].ranking, better));
  BOOST_TEST(seen[0].ranking.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_race_ranks_by_means_of_replicates) {
  const auto study = race();
  const auto seen = run(study, 1);
  const auto rows = rows_of(seen, &Seen::evaluated);
  BOOST_TEST_REQUIRE(rows.size() > 3u);
  BOOST_TEST(rows.size() <= 12u);
  std::map<Genome, std::vector<double>> values;
  for (const auto& row : rows) {
    auto& known = values[row.genome];
    BOOST_TEST(row.replicate == int(known.size()));
    known.push_back(row.evaluation.objectives[0]);
  }
  for (const auto& candidate : seen[0].ranking)
    BOOST_TEST(candidate.fitness == -mean_of(values.at(candidate.genome)), boost::test_tools::tolerance(1e-12));
  BOOST_TEST(std::ranges::is_sorted(seen[0].ranking, better));
}

BOOST_DATA_TEST_CASE(every_team_sees_the_same_whatever_the_number_of_teams, std::vector({two_stages(), race()})) {
  const auto alone = run(sample, 1);
  for (const int teams : {2, 3, 7}) {
    const auto many = run(sample, teams);
    for (const auto& team : many) {
      BOOST_TEST((genomes(team.finalists) == genomes(alone[0].finalists)));
      BOOST_TEST((genomes(team.ranking) == genomes(alone[0].ranking)));
    }
    for (const auto stage : {&Seen::searched, &Seen::evaluated}) {
      const auto a = rows_of(alone, stage), b = rows_of(many, stage);
      BOOST_TEST_REQUIRE(a.size() == b.size());
      for (std::size_t i = 0; i < a.size(); ++i) {
        BOOST_TEST((a[i].origin == b[i].origin && a[i].genome == b[i].genome && a[i].clock == b[i].clock &&
                    a[i].evaluation.objectives == b[i].evaluation.objectives));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_extent_holds_what_the_stage_makes) {
  const auto study = two_stages();
  const Space space = make_space(study);
  const FunctionEvaluator evaluator(study.evaluator.function, space);
  const auto search = stages::extent_of(study, 0, space, evaluator);
  BOOST_TEST(search.islands == 5);
  BOOST_TEST(search.max_rows == 41);   // 203 over 5 islands: 41, 41, 41, 40, 40
  BOOST_TEST(search.window == study.stages[0].strategies[0].population);
  const auto seen = run(study, 1);
  for (int island = 0; island < 5; ++island) {
    const auto arrived = std::ranges::count(seen[0].searched.migrations, island, &Migration::island);
    BOOST_TEST(arrived > 0);
    BOOST_TEST(arrived <= search.max_migrations);
  }
  const auto evaluate = stages::extent_of(study, 1, space, evaluator);
  BOOST_TEST((evaluate.islands == 1 && evaluate.max_rows == 3 && evaluate.max_migrations == 0));
}
