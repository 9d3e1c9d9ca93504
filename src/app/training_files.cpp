#include "app/training_files.hpp"

#include "app/data_report.hpp"
#include "app/problem.hpp"
#include "app/provenance.hpp"
#include "base/error.hpp"
#include "io/staging.hpp"
#include "mpi/collectives.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <vector>

namespace archipel::app {
namespace {

std::string shown(const std::string& key, const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "\"" : ", \"") + name + "\"";
  return key + " = [" + text + "]";
}

io::Shards shards_of(const Study& study, const std::filesystem::path& study_file, const std::string& key,
                     const std::vector<std::string>& patterns) {
  std::vector<std::string> paths;
  for (const auto& pattern : patterns) {
    const auto files = io::matching_files(data_path(study, study_file, pattern), shown(key, patterns));
    paths.insert(paths.end(), files.begin(), files.end());
  }
  return io::find_shards(paths);
}

/// Copies shards to this node's disk. Every rank of the node opens them while the copies have names.
std::unique_ptr<io::StagedShards> staged(const io::Shards& shards, const std::string& folder,
                                         const mpi::Communicator& world, const mpi::Communicator& node) {
  std::vector<Digest> digests(shards.files.size());
  mpi::on_root(world, [&] {
    const io::ShardReader reader(shards);
    for (std::size_t file = 0; file < digests.size(); ++file) digests[file] = reader.digest_of(file);
  });
  mpi::broadcast(world, std::as_writable_bytes(std::span(digests)));
  std::unique_ptr<io::StagedShards> copies;
  const auto begin = std::chrono::steady_clock::now();
  mpi::on_all(world, [&] {
    if (node.rank() == 0) copies = std::make_unique<io::StagedShards>(shards, digests, folder);
  });
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (world.rank() == 0)
    spdlog::info("staged {} shards in {}: {:.1f} MB copied in {:.1f} s, {} found there", shards.files.size(), folder,
                 double(copies->bytes()) / 1e6, seconds.count(), copies->found());
  return copies;
}

}   // namespace

void check_files(const Study& study, const std::filesystem::path& study_file) {
  const auto& data = study.data;
  std::vector<std::string> problems;
  std::vector<std::pair<std::string, std::string>> files;
  const auto add_training = [&](const std::string& key, const DataSettings& of) {
    if (of.train_shards.empty())
      files.insert(files.end(), {{key + "train_images", of.train_images}, {key + "train_labels", of.train_labels}});
  };
  add_training("data.", data);
  if (trains_finalists(study) && data.test_shards.empty())
    files.insert(files.end(), {{"data.test_images", data.test_images}, {"data.test_labels", data.test_labels}});
  for (std::size_t t = 0; t < study.tasks.size(); ++t) add_training("task." + std::to_string(t) + ".", study.tasks[t]);
  for (const auto& [key, name] : files) {
    const auto path = data_path(study, study_file, name);
    std::error_code code;
    if (std::filesystem::exists(path, code) || code) continue;   // what else keeps it from being read, its reader says
    problems.push_back(key + " = \"" + name + "\": " + path.string() + " cannot be opened: No such file or directory" +
                       where_paths_start(name));
  }
  if (!problems.empty()) throw InputError(problems);
}

Study of_task(const Study& study, const TaskSettings& task) {
  Study with = study;
  with.data = task;
  return with;
}

ImageFiles test_files(const Study& study, const std::filesystem::path& study_file) {
  const auto& data = study.data;
  if (!data.test_shards.empty())
    return {shards_of(study, study_file, "data.test_shards", data.test_shards), "data.test_shards"};
  return {data_path(study, study_file, data.test_images).string(),
          data_path(study, study_file, data.test_labels).string()};
}

TrainingFiles::TrainingFiles(const Study& study, const std::filesystem::path& study_file,
                             const mpi::Communicator& world, bool stage, std::string section)
    : section_(std::move(section)), node_(world.split_shared()), window_(std::size_t(study.data.window) << 20) {
  if (study.data.train_shards.empty()) {
    mpi::on_all(world, [&] {
      files_.emplace(data_path(study, study_file, study.data.train_images).string(),
                     data_path(study, study_file, study.data.train_labels).string());
    });
  } else {
    find_shards(study, study_file, world, stage);
  }
  in_memory_ = window_ == 0 || files_->image_bytes() <= window_;
  const auto count = std::size_t(files_->images().count);
  block_.emplace(node_, count + (in_memory_ ? files_->image_bytes() : 0));
  mpi::on_all(world, [&] {
    if (!block_->filler()) return;
    if (in_memory_) files_->read_pixels(block_->bytes().subspan(count));
    const auto labels = block_->bytes().first(count);
    files_->read_labels(labels);
    io::check_classes(files_->labels_name(), labels);
  });
  block_->publish();
}

void TrainingFiles::find_shards(const Study& study, const std::filesystem::path& study_file,
                                const mpi::Communicator& world, bool stage) {
  std::string text;
  const auto key = section_ + ".train_shards";
  mpi::on_root(world, [&] { text = shards_of(study, study_file, key, study.data.train_shards).to_text(); });
  mpi::broadcast(world, text);
  auto shards = io::Shards::from_text(text);
  std::unique_ptr<io::StagedShards> copies;
  if (stage && !study.run.stage_directory.empty()) {
    copies = staged(shards, study.run.stage_directory, world, node_);
    text = copies ? copies->shards().to_text() : "";
    mpi::broadcast(node_, text);
    shards = io::Shards::from_text(text);
  }
  mpi::on_all(world, [&] { files_.emplace(std::move(shards), key); });   // all have opened them
}

train::ImageSet TrainingFiles::images() const {
  auto set = files_->images();
  const std::span<const std::uint8_t> bytes = block_->bytes();
  set.labels = bytes.first(std::size_t(set.count));
  set.pixels = bytes.subspan(std::size_t(set.count));   // none if they are read
  return set;
}

/// A node with other data would train other networks under the same keys. Pixels that stay on disks are not compared, labels are.
void TrainingFiles::compare_nodes(const mpi::Communicator& world, const train::ImageSet& set) const {
  Digest own, first;
  if (block_->filler()) own = Hasher().add(std::as_bytes(set.labels)).add(std::as_bytes(set.pixels)).digest();
  first = own;
  mpi::broadcast(world, std::as_writable_bytes(std::span(&first, 1)));
  mpi::on_all(world, [&] {
    if (block_->filler() && !(own == first))
      throw InputError(files_->name() + ": on " + host_name() +
                       " its content is not what it is where rank 0 runs; all nodes need the same");
  });
}

train::Inspection TrainingFiles::load(std::optional<train::TrainingData>& data, const Study& study,
                                      const mpi::Communicator& world) {
  const auto set = images();
  train::Inspection seen;
  std::vector<std::byte> facts(train::DataFacts::bytes(set.channels));
  mpi::on_root(world, [&] {
    if (study.data.validation >= set.count)
      throw InputError(section_ + ".validation = " + std::to_string(study.data.validation) + ": allowed 1 to " +
                       std::to_string(set.count - 1) + " for these training files");
    train::Inspector inspector(set);
    data.emplace(set, study.data.validation, study.seed, train::DataFacts{},
                 [&](auto pixels) { inspector.add(pixels); });
    seen = inspector.finish();
    check_not_blank(seen, files_->name());
    facts = data->facts().to_bytes();
  });
  mpi::broadcast(world, facts);
  compare_nodes(world, set);
  mpi::on_all(world, [&] {
    if (!data) data.emplace(set, study.data.validation, study.seed, train::DataFacts::from_bytes(facts, set.channels));
  });
  const std::size_t bytes = data->validation().size() * set.image_bytes();
  if (in_memory_ || bytes > window_) return seen;   // validation images that are too many are read in order each time
  validation_.emplace(node_, bytes);
  mpi::on_all(world, [&] {
    if (validation_->filler()) set.read(data->validation(), validation_->bytes());
  });
  validation_->publish();
  data->hold_validation(validation_->bytes());
  return seen;
}

}   // namespace archipel::app
