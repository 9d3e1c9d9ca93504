#include "app/problem.hpp"

#include "base/error.hpp"
#include "io/table.hpp"
#include "mpi/collectives.hpp"
#include "search/function_evaluator.hpp"
#include "search/table_evaluator.hpp"
#include "search/table_keys.hpp"

#include <optional>

namespace archipel::app {
namespace {

class FunctionProblem : public Problem {
 public:
  explicit FunctionProblem(const Study& study)
      : settings_(study.evaluator.function), stages_(study.stages), space_(make_space(study)) {}
  const Space& space() const override { return space_; }
  std::unique_ptr<Evaluator> evaluator(std::size_t stage, Artefacts*, Checkpoints*) override {
    return std::make_unique<FunctionEvaluator>(settings_, space_, stages_[stage].fidelity.replicate);
  }
  std::vector<std::pair<std::string, std::string>> data_checksums() const override { return {}; }

 private:
  FunctionSettings settings_;
  std::vector<StageSettings> stages_;
  Space space_;
};

/// Looks all genomes up that have the same first genes. No two of them have one key, so all but as many as the table has rows are
/// refused before more are looked up.
void look_up(const Evaluator& table, const Space& space, Genome& genome, std::size_t gene) {
  if (gene == space.size()) {
    table.cost(genome);
    return;
  }
  const auto& values = space.genes()[gene];
  const double last = space.active(genome, gene) ? values.high : values.low;
  for (double value = values.low; value <= last; ++value) {
    genome[gene] = value;
    look_up(table, space, genome, gene + 1);
  }
}

class TableProblem : public Problem {
 public:
  /// InputError if the table lacks a genome of the space, which the search would otherwise meet when much is done.
  TableProblem(const Study& study, Table table)
      : settings_(study.evaluator.table), space_(make_space(study)), table_(std::move(table)) {
    if (settings_.key.values.size() == 1) require_unique_keys(space_, settings_.key.values[0]);
    Genome genome(space_.size());
    look_up(TableEvaluator(settings_, table_, space_), space_, genome, 0);
  }
  const Space& space() const override { return space_; }
  std::unique_ptr<Evaluator> evaluator(std::size_t, Artefacts*, Checkpoints*) override {
    return std::make_unique<TableEvaluator>(settings_, table_, space_);
  }
  std::vector<std::pair<std::string, std::string>> data_checksums() const override {
    return {{"data.table", table_.digest.hex()}};
  }

 private:
  TableSettings settings_;
  Space space_;
  Table table_;
};

}   // namespace

Digest Problem::canary() const { return cpu_canary(); }

std::filesystem::path data_path(const Study& study, const std::filesystem::path& study_file, const std::string& name) {
  const std::filesystem::path path(name);
  if (path.is_absolute()) return path;
  const std::filesystem::path folder =
      study.run.data_directory.empty() ? study_file.parent_path() : std::filesystem::path(study.run.data_directory);
  return folder / path;
}

std::string where_paths_start(const std::string& name) {
  if (std::filesystem::path(name).is_absolute()) return "";
  return "; relative paths start at the study's folder, or at --set run.data_directory=FOLDER";
}

std::unique_ptr<Problem> load_problem(const Study& study, const std::filesystem::path& study_file,
                                      const mpi::Communicator& world, const mpi::Communicator* replicas) {
  if (study.evaluator.kind == "train") return load_train_problem(study, study_file, world, replicas);
  std::unique_ptr<Problem> problem;
  mpi::on_all(world, [&] {
    if (study.evaluator.kind == "function") {
      problem = std::make_unique<FunctionProblem>(study);
    } else {
      const auto& file = study.evaluator.table.file;
      const auto path = data_path(study, study_file, file);
      if (std::error_code code; !std::filesystem::exists(path, code) && !code)
        throw InputError("evaluator.table.file = \"" + file + "\": " + path.string() +
                         " cannot be opened: No such file or directory" + where_paths_start(file));
      problem = std::make_unique<TableProblem>(study, io::read_table(study.evaluator.table, path));
    }
  });
  return problem;
}

}   // namespace archipel::app
