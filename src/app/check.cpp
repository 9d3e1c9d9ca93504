#include "app/commands.hpp"
#include "app/layout.hpp"
#include "app/piped_study.hpp"
#include "app/problem.hpp"
#include "app/read_study.hpp"
#include "app/stage_costs.hpp"
#include "app/warm_start.hpp"
#include "base/cpu.hpp"
#include "base/error.hpp"
#include "io/status.hpp"
#include "search/topology.hpp"
#include "search/virtual_time.hpp"
#include "stages/stage.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace archipel::app {
namespace {

struct Largest {
  double memory = 0, weights = 0;   // bytes
};

/// Of random networks that no limit refuses.
Largest largest_of(const Study& study, std::size_t stage, const TrainProblem& problem, const Evaluator& evaluator) {
  Largest largest;
  for (int i = 0; i < reference_genomes; ++i) {
    const auto genome = reference_genome(study, stage, i, problem.space(), evaluator);
    if (evaluator.refuses(genome)) continue;
    largest.memory = std::max(largest.memory, problem.training_memory(genome));
    largest.weights = std::max(largest.weights, problem.weights_bytes(genome));
  }
  return largest;
}

void print_data(const Problem& problem) {
  for (const auto& data : problem.seen()) {
    auto name = data.name;
    for (const auto& line : described(data)) fmt::print("  {:<10} {}\n", std::exchange(name, ""), line);
  }
}

/// What may not be meant, and what another machine must have.
std::vector<std::string> doubts_of(const Study& study, const Problem& problem, const io::ResultsLayout& layout) {
  auto lines = doubts(study, layout);
  for (const auto& data : problem.seen())
    for (auto& doubt : doubts(data, problem.seen()[0])) lines.push_back(std::move(doubt));
  try {
    resolved_isa(study.numerics.isa);
  } catch (const InputError& error) {
    lines.push_back("runs on other machines than this one: " + std::string(error.what()));
  }
  return lines;
}

}   // namespace

int check(const std::string& path, const std::vector<std::string>& sets, const mpi::Communicator& world) {
  const auto loaded = load_study(path, sets, world);
  const Study& study = loaded.study;
  const auto problem = load_problem(study, path, world);
  const auto layout = results_layout(loaded, *problem);
  warm_starts(study, path, *problem, world);

  std::vector<std::string> doubtful = doubts_of(study, *problem, layout);
  fmt::print("{}: correct{}\n", shown_study(path),
             doubtful.empty()       ? ""
             : doubtful.size() == 1 ? ", with a warning"
                                    : fmt::format(", with {} warnings", doubtful.size()));
  print_data(*problem);
  fmt::print("  space      {} genes, 10^{:.1f} raw genomes", problem->space().size(), problem->space().log10_size());
  if (problem->space().cell())
    fmt::print(", at least 10^{:.1f} different cells", problem->space().log10_canonical_cells());
  fmt::print("\n");
  const auto costs = stage_costs(study, layout, *problem);
  const auto* train = dynamic_cast<const TrainProblem*>(problem.get());
  double bytes = 0;
  Largest largest;
  std::int64_t artefacts = 0;
  for (std::size_t i = 0; i < study.stages.size(); ++i) {
    const auto& stage = layout.stages[i];
    double stage_bytes = 0;
    for (const auto& set : io::data_sets(problem->space(), stage, layout.stripe)) {
      double records = 1;
      for (const auto extent : set.shape) records *= double(extent);
      stage_bytes += records * double(set.record.bytes);
    }
    bytes += stage_bytes;
    if (train) {
      const auto found = largest_of(study, i, *train, *problem->evaluator(i));
      largest = {std::max(largest.memory, found.memory), std::max(largest.weights, found.weights)};
    }
    if (opens_test(study, i)) artefacts += study.stages[i].candidates * study.stages[i].replicates;
    fmt::print("  {:<10} {} island{} x {} rows at most, {}; ", io::stage_name(i, stage), stage.islands,
               stage.islands == 1 ? "" : "s", stage.max_rows, io::size_text(stage_bytes));
    const auto& cost = costs[i];
    const auto each = fmt::format("{:.3g} {} each (mean of random genomes)", cost.each, stage.cost_unit);
    if (cost.evaluations > 0) {
      fmt::print("about {:.0f} evaluations of {}, {:.3g} {} in all\n", cost.evaluations, each, cost.total(),
                 stage.cost_unit);
    } else {
      fmt::print("as many evaluations as {:.6g} s allow, {}\n", cost.seconds, each);
    }
  }
  fmt::print(
      "  results    {} of records at most (sparse: what is not written takes no space), artefacts {} networks, about "
      "{}\n",
      io::size_text(bytes), artefacts, io::size_text(double(artefacts) * largest.weights));
  const auto window = double(problem->window_bytes());
  if (train) {
    fmt::print(
        "  memory     about {} per rank to train the largest of {} random networks (limits.memory = {}), data {} once "
        "per node{}\n",
        io::size_text(largest.memory), reference_genomes, io::size_text(study.limits.memory * 1e6),
        io::size_text(double(problem->data_bytes())),
        window > 0 ? ", " + io::size_text(window) + " more per team (data.window)" : "");
  }
  for (const auto& doubt : doubtful) fmt::print("  warning    {}\n", doubt);
  return 0;
}

int simulate(const std::string& path, const std::vector<std::string>& sets, int teams, const mpi::Communicator& world) {
  const auto loaded = load_study(path, sets, world);
  const Study& study = loaded.study;
  if (study.evaluator.kind == "train") {
    throw InputError(
        "evaluator.kind = \"train\": virtual time needs results without training; allowed: table, function");
  }
  const auto problem = load_problem(study, path, world);
  const auto evaluator = problem->evaluator(0);
  const auto plan = plan_search(study, 0, problem->space(), *evaluator, 1);
  MemoryRecorder recorder;
  const auto result = simulate(plan, teams, problem->space(), *evaluator, recorder);
  fmt::print("{} teams, {} islands: {} evaluations, busy {:.1f} % of {:.6g} {}\n", teams, plan.rules.size(),
             result.evaluations, 100 * result.busy, result.makespan / evaluator->units_per_cost(),
             evaluator->cost_unit());
  return 0;
}

}   // namespace archipel::app
