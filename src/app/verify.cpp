#include "io/verify.hpp"
#include "app/commands.hpp"
#include "app/problem.hpp"
#include "app/resume.hpp"
#include "base/error.hpp"
#include "base/shell.hpp"
#include "io/diff_row.hpp"
#include "io/results_reader.hpp"
#include "search/attempt.hpp"

#include <spdlog/spdlog.h>

#include <iostream>

namespace archipel::app {
namespace {

/// A row of a stage.
struct Sample {
  std::size_t stage;
  Row row;
};

/// `count` rows, evenly spread over all whose outcome is not the machine's.
std::vector<Sample> sample_of(const io::ResultsReader& reader, std::size_t count) {
  std::vector<Sample> all;
  for (std::size_t stage = 0; stage < reader.stage_count(); ++stage) {
    for (std::int32_t island = 0; island < std::int32_t(reader.layout().stages[stage].islands); ++island) {
      for (auto& row : reader.rows(stage, island).rows) {
        if (!of_the_machine(row.evaluation.outcome)) all.push_back({stage, std::move(row)});
      }
    }
  }
  if (all.size() <= count) return all;
  std::vector<Sample> spread;
  for (std::size_t i = 0; i < count; ++i) spread.push_back(std::move(all[(2 * i + 1) * all.size() / (2 * count)]));
  return spread;
}

std::string difference_of(const Row& row, const Row& again, const io::ResultsLayout& layout, std::size_t stage) {
  auto difference = io::difference_of(row, again, layout.space, layout.stages[stage]);
  if (!difference) difference = io::difference_of_curves(row, again);
  return difference ? difference->field + " " + difference->a + " in the file, " + difference->b + " here" : "";
}

struct Again {
  std::size_t rows = 0, same = 0;
};

/// Evaluates rows again; what differs goes to `problems`.
Again evaluate_again(const io::ResultsReader& reader, std::size_t count, const std::vector<std::string>& sets,
                     const mpi::Communicator& world, std::vector<std::string>& problems) {
  const auto study = study_of_results(reader, sets);
  require_pinned(study.numerics.isa);
  prepare_kernels();
  const auto alone = world.split(world.rank(), 0);
  const auto problem = load_problem(study, reader.path(), world, &alone);
  const auto data = differing_data(reader.path(), reader.layout().provenance, problem->data_checksums());
  if (!data.empty()) throw InputError(data);
  const auto difference = canary_difference(reader.path(), reader.layout().provenance, *problem, study.numerics.isa);
  if (!difference.empty()) {
    problems.push_back(difference);
    return {};
  }
  MemoryArtefacts artefacts;
  const auto samples = sample_of(reader, count);
  Again result{.rows = samples.size()};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto& [stage, row] = samples[i];
    const auto place = "stage " + reader.name_of_stage(stage) + ", island " + std::to_string(row.origin.island) +
                       ", row " + std::to_string(row.origin.ask);
    spdlog::info("{} of {}: evaluates again {}", i + 1, samples.size(), place);
    const auto evaluator = problem->evaluator(stage, row.evaluation.weights ? &artefacts : nullptr);
    Row again = row;
    again.key = evaluator->key(row.genome, row.replicate);
    again.cost = evaluator->cost(row.genome);
    again.evaluation = attempt(*evaluator, row.genome, again.key);
    const auto found = difference_of(row, again, reader.layout(), stage);
    if (found.empty()) ++result.same;
    else problems.push_back(place + ": evaluated again it is another: " + found);
  }
  return result;
}

}   // namespace

int verify(const std::string& results, std::int64_t sample, const std::vector<std::string>& sets,
           const mpi::Communicator* world) {
  io::Verification found;
  Again again;
  bool packed = false;
  try {
    const io::ResultsReader reader(results);
    packed = reader.packed();
    found = io::verify(reader);
    if (world) again = evaluate_again(reader, std::size_t(sample), sets, *world, found.problems);
  } catch (const SystemError& error) {   // its message names the file
    std::cout << error.what() << "\n" << results << ": cannot be trusted: go on from a copy, or begin anew\n";
    return 1;
  }
  for (const auto& problem : found.problems) std::cout << results << ": " << problem << '\n';
  if (found.changed)
    std::cout << results << ": " << io::metadata_changed << "; `archipel run STUDY --extend " << shell_path(results)
              << " --results NEW` makes a whole file of it\n";
  std::cout << results << ": " << found.rows << " rows, " << found.migrations << " migrations, " << found.openings
            << " openings of the test set";
  if (packed) std::cout << (found.changed ? "" : " and the final networks inside") << " hold";
  else std::cout << ", " << found.artefacts << " artefacts, " << found.models << " final networks hold";
  if (world) std::cout << "; " << again.same << " of " << again.rows << " rows evaluated again are the same";
  if (found.problems.empty()) std::cout << (found.changed ? "; no record is damaged\n" : "; nothing is damaged\n");
  else
    std::cout << "; " << found.problems.size() << " problems: `archipel run STUDY --results " << shell_path(results)
              << " --resume` makes again what does not hold\n";
  return found.problems.empty() && !found.changed ? 0 : 1;
}

}   // namespace archipel::app
