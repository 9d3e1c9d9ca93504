#pragma once

#include "app/data_report.hpp"
#include "mpi/communicator.hpp"
#include "search/artefacts.hpp"
#include "search/evaluator.hpp"
#include "study/study.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace archipel::app {

/// What a study is about: its space, its data and how genomes are scored.
class Problem {
 public:
  virtual const Space& space() const = 0;
  /// Of one stage, at its fidelity. `artefacts`, `checkpoints`: where trained weights, and the states of trainings, are kept;
  /// null: nowhere. The problem must outlive it.
  virtual std::unique_ptr<Evaluator> evaluator(std::size_t stage, Artefacts* artefacts = nullptr,
                                               Checkpoints* checkpoints = nullptr) = 0;
  /// How many ranks at most share a training if evaluators may be given any team without changing bits; 1: none but that of the start.
  virtual int shards_of_any_team() const { return 1; }
  /// Evaluators made later train together with these ranks. Collective over them.
  virtual void train_with(const mpi::Communicator& /*replicas*/) {}
  /// s that this rank's evaluations have spent on messages of these ranks so far.
  virtual double message_seconds() const { return 0; }
  /// Evaluators made later call `report` after each epoch of a training, with its number and the number of epochs.
  virtual void on_epoch(std::function<void(std::int64_t, std::int64_t)> /*report*/) {}
  /// Size of the data, which lie once in the memory of each node.
  virtual std::size_t data_bytes() const { return 0; }
  /// Size of the data that each team has in memory besides.
  virtual std::size_t window_bytes() const { return 0; }
  /// What its networks are trained on, as far as that decides bits: a resume wants the same.
  virtual std::string device() const { return "cpu"; }
  /// Digest of a small fixed training there; none without LibTorch.
  virtual Digest canary() const;
  /// Checksums of the data for the provenance, on rank 0: name, value.
  virtual std::vector<std::pair<std::string, std::string>> data_checksums() const = 0;
  /// The images it has, on rank 0: training data first.
  virtual const std::vector<SeenData>& seen() const {
    static const std::vector<SeenData> none;
    return none;
  }
  virtual ~Problem() = default;
};

/// Names of the checksums of the test files, of their values: other ones than these change no row.
inline const std::string test_images = "data.test_images", test_labels = "data.test_labels";

/// Scores a finished model on the sealed test set.
struct TestScore {
  double accuracy = 0;   // share
  std::int64_t samples = 0;
};

/// A problem whose evaluations train networks.
class TrainProblem : public Problem {
 public:
  /// InputError if the test files are not what they were when they were inspected, at the start. On rank 0.
  virtual void check_test_files() const = 0;
  /// Opens the test set. `weights`: the artefact that the evaluator of an `evaluate` stage kept.
  virtual TestScore test(const Genome& genome, const std::vector<std::byte>& weights) = 0;
  /// Writes the model as HDF5 (`path`, which ends in .h5) and TorchScript (.pt beside it). `facts` become attributes of the first.
  virtual void export_model(const Genome& genome, const std::vector<std::byte>& weights,
                            const std::filesystem::path& path,
                            const std::vector<std::pair<std::string, std::string>>& facts) = 0;
  /// Estimated peak of memory of one training, in bytes.
  virtual double training_memory(const Genome& genome) const = 0;
  /// Size of the artefact with its weights, in bytes.
  virtual double weights_bytes(const Genome& genome) const = 0;
  /// The network as text, one line for each layer or node.
  virtual std::string draw(const Genome& genome) const = 0;
};

/// Resolves a data path of the study: absolute ones as they are, others in run.data_directory or else the study's folder.
std::filesystem::path data_path(const Study& study, const std::filesystem::path& study_file, const std::string& name);

/// For messages that such a file is not there: how relative names are resolved; "" for absolute ones.
std::string where_paths_start(const std::string& name);

/// Loads the problem of a study. Collective over `world`: data lie once in the memory of each node.
/// `replicas`: the ranks that train together with this one, on the device of the study; null: nothing is trained.
/// InputError on every rank if the data are wrong, or if the study trains and this build has no LibTorch.
std::unique_ptr<Problem> load_problem(const Study& study, const std::filesystem::path& study_file,
                                      const mpi::Communicator& world, const mpi::Communicator* replicas = nullptr);

// The parts that need LibTorch; builds without it have bodies that refuse.
std::unique_ptr<TrainProblem> load_train_problem(const Study& study, const std::filesystem::path& study_file,
                                                 const mpi::Communicator& world, const mpi::Communicator* replicas);
void prepare_kernels();       // threads, allocator; before the first kernel
Digest cpu_canary();          // of the CPU's kernels
std::string kernels_text();   // versions and instruction set of the kernels

}   // namespace archipel::app
