#include "app/problem.hpp"

#include "base/error.hpp"
#include "io/table.hpp"
#include "mpi/collectives.hpp"
#include "search/function_evaluator.hpp"
#include "search/table_evaluator.hpp"

#include <optional>

namespace archipel::app {
namespace {

class FunctionProblem : public Problem {
 public:
  explicit FunctionProblem(const Study& study) : settings_(study.evaluator.function), space_(make_space(study)) {}
  const Space& space() const override { return space_; }
  std::unique_ptr<Evaluator> evaluator(std::size_t, Artefacts*) override {
    return std::make_unique<FunctionEvaluator>(settings_, space_);
  }
  std::vector<std::pair<std::string, std::string>> data_checksums() const override { return {}; }

 private:
  FunctionSettings settings_;
  Space space_;
};

class TableProblem : public Problem {
 public:
  TableProblem(const Study& study, Table table)
      : settings_(study.evaluator.table), space_(make_space(study)), table_(std::move(table)) {}
  const Space& space() const override { return space_; }
  std::unique_ptr<Evaluator> evaluator(std::size_t, Artefacts*) override {
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

std::filesystem::path data_path(const Study& study, const std::filesystem::path& study_file, const std::string& name) {
  const std::filesystem::path path(name);
  if (path.is_absolute()) return path;
  const std::filesystem::path folder =
      study.run.data_directory.empty() ? study_file.parent_path() : std::filesystem::path(study.run.data_directory);
  return folder / path;
}

std::unique_ptr<Problem> load_problem(const Study& study, const std::filesystem::path& study_file,
                                      const mpi::Communicator& world) {
  if (study.evaluator.kind == "train") return load_train_problem(study, study_file, world);
  std::unique_ptr<Problem> problem;
  mpi::on_all(world, [&] {
    if (study.evaluator.kind == "function") {
      problem = std::make_unique<FunctionProblem>(study);
    } else {
      problem = std::make_unique<TableProblem>(
          study, io::read_table(study.evaluator.table, data_path(study, study_file, study.evaluator.table.file)));
    }
  });
  return problem;
}

}   // namespace archipel::app
