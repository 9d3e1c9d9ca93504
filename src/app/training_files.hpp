#pragma once

#include "app/image_files.hpp"
#include "mpi/communicator.hpp"
#include "mpi/shared_memory.hpp"
#include "study/study.hpp"
#include "train/inspection.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace archipel::app {

/// InputError for all IDX files that the study needs and that are not there.
void check_files(const Study& study, const std::filesystem::path& study_file);

/// The study with a task's files in place of its own.
Study of_task(const Study& study, const TaskSettings& task);

/// The test files. Their shards are looked at by HDF5.
ImageFiles test_files(const Study& study, const std::filesystem::path& study_file);

/// The training files. Labels lie once in the memory of each node, and so do the pixels, unless they are shards that are larger than
/// data.window.
class TrainingFiles {
 public:
  /// Collective. `stage`: copy shards to run.stage_directory first, where the study names one. `section`: what messages call study.data.
  TrainingFiles(const Study& study, const std::filesystem::path& study_file, const mpi::Communicator& world, bool stage,
                std::string section = "data");

  train::ImageSet images() const;
  const std::string& name() const { return files_->name(); }
  /// The data as they are trained on: rank 0 looks at all pixels, tells the others what it saw, and returns it. Collective.
  /// InputError if nothing is on the images.
  train::Inspection load(std::optional<train::TrainingData>& data, const Study& study, const mpi::Communicator& world);
  std::size_t node_bytes() const { return block_->bytes().size() + (validation_ ? validation_->bytes().size() : 0); }
  /// Of training images that a team has in memory of its own.
  std::size_t team_bytes() const { return in_memory_ ? 0 : window_; }

 private:
  void find_shards(const Study& study, const std::filesystem::path& study_file, const mpi::Communicator& world,
                   bool stage);
  void compare_nodes(const mpi::Communicator& world, const train::ImageSet& set) const;

  std::string section_;
  mpi::Communicator node_;
  std::optional<ImageFiles> files_;
  std::size_t window_;   // bytes
  bool in_memory_ = true;
  std::optional<mpi::SharedBytes> block_, validation_;
};

}   // namespace archipel::app
