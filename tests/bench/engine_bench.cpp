// Microseconds the search itself spends per evaluation of a function of 10 genes on one rank, by number of evaluations: without a
// results file and with every row committed. One metric: wall time of the whole search / evaluations. Not a test.

#include "io/results_file.hpp"
#include "io/row_writer.hpp"
#include "mpi/exchange.hpp"
#include "mpi/session.hpp"
#include "search/archipelago.hpp"
#include "search/function_evaluator.hpp"
#include "search/local_exchange.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

namespace {

using namespace archipel;

Study study_of(const std::string& strategy, std::int64_t evaluations) {
  Study study;
  study.space.kind = "genes";
  study.evaluator.kind = "function";
  study.evaluator.function.name = "rastrigin";
  study.evaluator.function.dimensions = 10;
  StageSettings stage;
  stage.islands = 1;
  stage.migration.topology = "none";
  stage.budget.evaluations = evaluations;
  stage.strategies.resize(1);
  stage.strategies[0].kind = strategy;
  study.stages = {stage};
  return study;
}

double microseconds_per_evaluation(const Study& study, Recorder& recorder) {
  const Space space = make_space(study);
  FunctionEvaluator evaluator(study.evaluator.function, space);
  const auto plan = plan_search(study, 0, space, evaluator, 1);
  LocalHub hub(1, 1);
  const auto exchange = hub.team(0);
  Archipelago search(plan, {Seat{}}, space, evaluator, *exchange, recorder);
  const auto start = std::chrono::steady_clock::now();
  search.run();
  const auto spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return 1e6 * spent / double(study.stages[0].budget.evaluations);
}

double with_rows(const Study& study, const mpi::Communicator& world) {
  const Space space = make_space(study);
  FunctionEvaluator evaluator(study.evaluator.function, space);
  io::ResultsLayout layout{.study_text = "",
                           .effective_text = "",
                           .seed = 1,
                           .space = space,
                           .stages = {},
                           .stripe = 4096,
                           .provenance = {},
                           .models = {}};
  layout.stages.push_back({.kind = "search",
                           .islands = 1,
                           .max_rows = study.stages[0].budget.evaluations,
                           .max_migrations = 0,
                           .curve_points = 0,
                           .objectives = evaluator.objectives(),
                           .reported = evaluator.reported()});
  const std::string path = "engine_bench.h5";
  std::filesystem::remove(path);
  io::create_results(path, layout, world);
  double result;
  {
    io::RowWriter writer(path, layout, 0, study.results.sync);
    result = microseconds_per_evaluation(study, writer);
    writer.finish();
  }
  std::filesystem::remove(path);
  return result;
}

}   // namespace

int main(int argc, char** argv) {
  mpi::Session session(argc, argv);
  std::printf("%-10s %12s %22s %22s\n", "strategy", "evaluations", "us each, no results", "us each, rows committed");
  for (const std::string strategy : {"random", "evolution", "aging"}) {
    for (const std::int64_t evaluations : {1'000, 10'000, 100'000, 1'000'000}) {
      const auto study = study_of(strategy, evaluations);
      NullRecorder nowhere;
      const double without = microseconds_per_evaluation(study, nowhere);
      std::printf("%-10s %12lld %22.2f %22.2f\n", strategy.c_str(), static_cast<long long>(evaluations), without,
                  with_rows(study, session.world()));
      std::fflush(stdout);
    }
  }
}
