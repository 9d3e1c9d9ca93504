#include "app/commands.hpp"
#include "app/layout.hpp"
#include "app/problem.hpp"
#include "base/error.hpp"
#include "io/study_file.hpp"
#include "search/topology.hpp"
#include "search/virtual_time.hpp"
#include "stages/stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace archipel::app {
namespace {

LoadedStudy load(const std::string& path, const std::vector<std::string>& sets) {
  const auto text = io::read_text(path);
  return {text, io::read_study(text, path, sets)};
}

std::string bytes_text(double bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  int unit = 0;
  for (; bytes >= 1000 && unit < 4; ++unit) bytes /= 1000;
  return fmt::format("{:.3g} {}", bytes, units[unit]);
}

/// Mean cost of random genomes, in the evaluator's unit.
double mean_cost(const Study& study, const Space& space, const Evaluator& evaluator) {
  constexpr int draws_of_space = 256;
  double sum = 0;
  for (int i = 0; i < draws_of_space; ++i) {
    Stream draws(study.seed, Purpose::reference_cost, 0, 1, std::uint32_t(i));
    Genome genome = space.random(draws);
    for (int attempt = 1; attempt < 64 && !evaluator.admits(genome); ++attempt) genome = space.random(draws);
    sum += double(evaluator.cost(genome));
  }
  return sum / draws_of_space / evaluator.units_per_cost();
}

}   // namespace

int check(const std::string& path, const std::vector<std::string>& sets, const mpi::Communicator& world) {
  const auto loaded = load(path, sets);
  const Study& study = loaded.study;
  const auto problem = load_problem(study, path, world);
  const auto layout = results_layout(loaded, *problem);

  fmt::print("{}: correct\n", path);
  fmt::print("  space      {} genes, 10^{:.1f} raw genomes", problem->space().size(), problem->space().log10_size());
  if (problem->space().cell())
    fmt::print(", at least 10^{:.1f} different cells", problem->space().log10_canonical_cells());
  fmt::print("\n");
  double bytes = 0;
  for (std::size_t i = 0; i < study.stages.size(); ++i) {
    const auto& stage = layout.stages[i];
    const auto evaluator = problem->evaluator(i, nullptr);
    double stage_bytes = 0;
    for (const auto& set : io::data_sets(problem->space(), stage, layout.stripe)) {
      double records = 1;
      for (const auto extent : set.shape) records *= double(extent);
      stage_bytes += records * double(set.record.bytes);
    }
    bytes += stage_bytes;
    const double mean = mean_cost(study, problem->space(), *evaluator);
    const auto& budget = study.stages[i].budget;
    double evaluations =
        study.stages[i].kind == "evaluate" ? double(study.stages[i].candidates) : double(budget.evaluations);
    double cost = evaluations * mean;
    if (budget.cost > 0 && (cost == 0 || cost > budget.cost)) {
      cost = budget.cost;
      evaluations = cost / mean;
    }
    fmt::print("  {:<10} {} island{} x {} rows at most, {}; ", io::stage_name(i, stage), stage.islands,
               stage.islands == 1 ? "" : "s", stage.max_rows, bytes_text(stage_bytes));
    fmt::print("about {:.0f} evaluations of {:.3g} {} each (mean of random genomes), {:.3g} {} in all\n", evaluations,
               mean, stage.cost_unit, cost, stage.cost_unit);
  }
  fmt::print("  results    {} at most (sparse: what is not written takes no space), artefacts {} networks\n",
             bytes_text(bytes),
             std::ranges::count(study.stages, std::string("evaluate"), &StageSettings::kind) == 0
                 ? 0
                 : std::ranges::max(study.stages, {}, &StageSettings::candidates).candidates);
  fmt::print("  memory     {} per rank at most for training (limits.memory), data {} once per node\n",
             study.evaluator.kind == "train" ? bytes_text(study.limits.memory * 1e6) : "little",
             bytes_text(double(problem->data_bytes())));
  return 0;
}

int simulate(const std::string& path, const std::vector<std::string>& sets, int teams, const mpi::Communicator& world) {
  const auto loaded = load(path, sets);
  const Study& study = loaded.study;
  if (study.evaluator.kind == "train") {
    throw InputError(
        "evaluator.kind = \"train\": virtual time needs results without training; allowed: table, function");
  }
  const auto problem = load_problem(study, path, world);
  const auto evaluator = problem->evaluator(0, nullptr);
  const auto plan = plan_search(study, 0, problem->space(), *evaluator, 1);
  MemoryRecorder recorder;
  const auto result = simulate(plan, teams, problem->space(), *evaluator, recorder);
  fmt::print("{} teams, {} islands: {} evaluations, busy {:.1f} % of {:.6g} {}\n", teams, plan.rules.size(),
             result.evaluations, 100 * result.busy, result.makespan / evaluator->units_per_cost(),
             evaluator->cost_unit());
  return 0;
}

}   // namespace archipel::app
