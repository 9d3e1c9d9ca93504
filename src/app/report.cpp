#include "app/report.hpp"

#include "app/layout.hpp"
#include "base/error.hpp"
#include "base/shell.hpp"
#include "io/artefact_store.hpp"
#include "io/results_reader.hpp"
#include "io/status.hpp"
#include "search/genome_text.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

namespace archipel::app {
namespace {

std::string value_text(const Objective& objective, double value) {
  if (objective.unit == "share") return fmt::format("{:.2f} %", 100 * value);
  const std::string unit = objective.unit.empty() || objective.unit == "1" ? "" : " " + objective.unit;
  const bool whole = std::abs(value) < 1e9 && value == std::floor(value);
  return whole ? fmt::format("{:.0f}{}", value, unit) : fmt::format("{:.6g}{}", value, unit);
}

std::string gene_text(const Gene& gene, double value) {
  return gene.choices.empty() ? fmt::format("{:.6g}", value) : gene.choices[std::size_t(value)];
}

void line(const std::string& name, const std::string& value) { fmt::print("  {:<22} {}\n", name, value); }

void print_genome(const Genome& genome, const Problem& problem) {
  const auto* train = dynamic_cast<const TrainProblem*>(&problem);
  if (train) fmt::print("{}\n", train->draw(genome));
  for (std::size_t g = 0; g < problem.space().size(); ++g) {
    const auto& gene = problem.space().genes()[g];
    const bool of_network =
        train && (gene.name == "reduction" || gene.name.starts_with("cell") || gene.name.starts_with("width."));
    if (!of_network && problem.space().active(genome, g)) line(gene.name, gene_text(gene, genome[g]));
  }
}

void print_row(const io::ResultsReader& reader, std::size_t stage, const Row& row, const Problem& problem) {
  const auto& layout = reader.layout().stages[stage];
  print_genome(row.genome, problem);
  if (problem.space().cell())
    line("for stage.given", text_of(problem.space(), row.genome));   // others stand there, gene by gene
  for (std::size_t i = 0; i < layout.objectives.size(); ++i) {
    line(layout.objectives[i].name, value_text(layout.objectives[i], row.evaluation.objectives[i]));
  }
  for (std::size_t i = 0; i < layout.reported.size(); ++i) {
    line(layout.reported[i], fmt::format("{:.6g}   (never seen by the search)", row.evaluation.reported[i]));
  }
}

/// At most ten of a stage's front, evenly spread over it.
void print_front(const io::StageLayout& layout, const io::StageStatus& stage) {
  constexpr std::size_t most = 10;
  fmt::print("  front of {} candidates, hypervolume {:.4g} of the box between worst and best\n", stage.front.size(),
             stage.hypervolume);
  const auto shown = std::min(most, stage.front.size());
  for (std::size_t k = 0; k < shown; ++k) {
    const auto& row = stage.front[shown == 1 ? 0 : k * (stage.front.size() - 1) / (shown - 1)];
    std::string text;
    for (const auto i : layout.optimised)
      text += fmt::format("  {} {:<12}", layout.objectives[i].name,
                          value_text(layout.objectives[i], row.evaluation.objectives[i]));
    fmt::print("  {} island {} ask {}\n", text, row.origin.island, row.origin.ask);
  }
}

void print_race(const io::StageLayout& layout, const std::vector<io::Finalist>& race, double confidence) {
  fmt::print(
      "  the finalists, by the mean of their evaluations{}:\n",
      race[0].probability < confidence ? "; none is the best with probability " + fmt::format("{}", confidence) : "");
  for (const auto& finalist : race) {
    double squares = 0;
    for (const double value : finalist.values) squares += (value - finalist.mean) * (value - finalist.mean);
    const auto count = finalist.values.size();
    const auto spread =
        count > 1 ? " +- " + value_text(layout.objectives[0], std::sqrt(squares / double(count - 1))) : "";
    const auto& before = finalist.best.parents[0];
    fmt::print("    {}{} of {}, the best with probability {:.2f}   island {} ask {} of the stage before\n",
               value_text(layout.objectives[0], finalist.mean), spread, count, finalist.probability, before.island,
               before.ask);
  }
}

/// Of what islands that have ended wrote, all is there; they have all ended.
void require_whole(const std::string& results, const std::vector<io::StageStatus>& stages) {
  for (const auto& stage : stages) {
    if (stage.islands_ended == stage.islands && stage.missing == 0 && stage.missing_migrations == 0) continue;
    throw SystemError(results + ": stage " + stage.name + " lacks " + std::to_string(stage.missing) + " rows and " +
                      std::to_string(stage.missing_migrations) + " migrations that were written, " +
                      std::to_string(stage.islands_ended) + " of " + std::to_string(stage.islands) +
                      " islands ended: another program wrote into the file while the study ran: the same command with "
                      "--resume makes again what is missing");
  }
}

/// The weights that rows name are there, by name: `archipel verify` looks at their content.
void require_weights(const io::ResultsReader& reader) {
  const io::ArtefactStore store(reader.path());
  for (std::size_t stage = 0; stage < reader.stage_count(); ++stage) {
    if (reader.layout().stages[stage].kind != "evaluate") continue;
    for (const auto& row : reader.rows(stage, 0).rows) {
      const auto& weights = row.evaluation.weights;
      if (weights && !std::filesystem::exists(store.path_of(weights)))
        throw SystemError(store.path_of(weights) + ": is not there, though row " + std::to_string(row.origin.ask) +
                          " of stage " + reader.name_of_stage(stage) +
                          " names it: another program removed it while the study ran: the same command with --resume "
                          "makes again what is missing");
    }
  }
}

}   // namespace

void print_best(const Candidate& best, const Objective& objective, const Problem& problem) {
  const std::string of = best.objectives.empty() ? "" : " by " + objective.name + " (a front needs a results file)";
  fmt::print("\nthe best{}, island {} ask {}:\n", of, best.origin.island, best.origin.ask);
  print_genome(best.genome, problem);
  line(objective.name, value_text(objective, objective.maximise ? best.fitness : -best.fitness));
  std::fflush(stdout);
}

void print_report(const std::string& results, const Study& study, const Problem& problem) {
  const io::ResultsReader reader(results);
  const auto stages = io::status(results).stages;
  require_whole(results, stages);
  require_weights(reader);
  std::fflush(stdout);
  double core_seconds = 0;
  std::string model;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto& stage = stages[i];
    core_seconds += stage.seconds;
    const auto ok = stage.outcomes.find(Outcome::ok);
    const auto failed = stage.rows - (ok == stage.outcomes.end() ? 0 : ok->second);
    fmt::print("\n{}: {} evaluations on {} island{}, {} failed, {:.4g} {}, {:.0f} core-seconds\n", stage.name,
               stage.rows, stage.islands, stage.islands == 1 ? "" : "s", failed, stage.cost, stage.cost_unit,
               stage.seconds);
    if (stage.migrations > 0) fmt::print("  {}\n", io::migration_text(stage));
    if (!stage.best) {
      std::string outcomes;
      for (const auto& [outcome, count] : stage.outcomes)
        outcomes += (outcomes.empty() ? "" : ", ") + fmt::format("{} {}", count, name_of(outcome));
      fmt::print("  no evaluation succeeded: {}\n", outcomes.empty() ? "there was none" : outcomes);
    } else if (i + 1 < stages.size()) {
      const auto& objective = reader.layout().stages[i].objectives[0];
      line("best " + objective.name, value_text(objective, stage.best->evaluation.objectives[0]));
    } else {
      print_row(reader, i, *stage.best, problem);
    }
    if (!stage.race.empty()) print_race(reader.layout().stages[i], stage.race, study.stages[i].confidence);
    if (!stage.front.empty()) print_front(reader.layout().stages[i], stage);
    for (const auto& [validation, test] : stage.openings) {
      line("test_accuracy", fmt::format("{:.2f} %   (opened once, after the winner was fixed)", 100 * test));
      model = io::ArtefactStore(results).model_path(io::model_name(i));
    }
  }
  fmt::print("\n");
  line("core-seconds", fmt::format("{:.0f}", core_seconds));
  line("results", results);
  if (!model.empty()) line("model", model + ", " + model.substr(0, model.size() - 3) + ".pt (TorchScript)");
  const auto csv = std::filesystem::path(results).replace_extension(".csv").string();
  fmt::print("\nNext: archipel status {0}\n      archipel rows {0} -o {1}\n", shell_path(results), shell_path(csv));
  std::fflush(stdout);
}

}   // namespace archipel::app
