#include "app/bench.hpp"
#include "base/stopwatch.hpp"
#include "io/results_file.hpp"
#include "io/row_writer.hpp"
#include "search/archipelago.hpp"
#include "search/function_evaluator.hpp"
#include "search/local_exchange.hpp"

#include <filesystem>

namespace archipel::app {
namespace {

/// A function of ten genes on one island.
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

/// us of an evaluation, all things of the search included.
struct Cost {
  std::vector<double> wall, processor;
};

void search_once(const Study& study, Recorder& recorder, Cost& cost) {
  const Space space = make_space(study);
  FunctionEvaluator evaluator(study.evaluator.function, space);
  const auto plan = plan_search(study, 0, space, evaluator, 1);
  LocalHub hub(1, 1);
  const auto exchange = hub.team(0);
  Archipelago search(plan, {Seat{}}, space, evaluator, *exchange, recorder);
  const Stopwatch watch;
  search.run();
  const double evaluations = double(study.stages[0].budget.evaluations);
  cost.processor.push_back(1e6 * watch.processor() / evaluations);
  cost.wall.push_back(1e6 * watch.wall() / evaluations);
}

void search_with_rows(const Study& study, const std::string& path, const mpi::Communicator& world, Cost& cost) {
  const Space space = make_space(study);
  const FunctionEvaluator evaluator(study.evaluator.function, space);
  const io::ResultsLayout layout{.space = space,
                                 .stages = {{.kind = "search",
                                             .max_rows = study.stages[0].budget.evaluations,
                                             .objectives = evaluator.objectives(),
                                             .reported = evaluator.reported()}}};
  std::filesystem::remove(path);
  io::create_results(path, layout, world);
  {
    io::RowWriter writer(path, layout, 0, study.results.sync);
    search_once(study, writer, cost);
    writer.finish();
  }
  std::filesystem::remove(path);
}

}   // namespace

BenchSection bench_engine(const BenchOptions& options, const mpi::Communicator& world) {
  BenchSection section{.subject = "engine"};
  const std::string path = options.folder + "/archipel_bench_engine.h5";
  for (const std::string strategy : {"random", "evolution", "aging"}) {
    for (std::int64_t evaluations = 1'000; evaluations <= 1'000'000; evaluations *= 10) {
      if (evaluations > options.evaluations) break;
      const auto study = study_of(strategy, evaluations);
      Cost alone, with_rows;
      for (int repeat = 0; repeat < options.repeats; ++repeat) {
        NullRecorder nowhere;
        search_once(study, nowhere, alone);
        search_with_rows(study, path, world, with_rows);
      }
      section.records.push_back({{"strategy", strategy},
                                 {"evaluations", evaluations},
                                 {"us_each", spread_of(alone.wall)},
                                 {"us_each_processor", spread_of(alone.processor)},
                                 {"us_each_with_rows", spread_of(with_rows.wall)},
                                 {"us_each_with_rows_processor", spread_of(with_rows.processor)}});
    }
  }
  return section;
}

}   // namespace archipel::app
