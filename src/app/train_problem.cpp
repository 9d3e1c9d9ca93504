#include "app/device.hpp"
#include "app/problem.hpp"
#include "app/training_files.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"
#include "io/descriptor.hpp"
#include "io/file_system.hpp"
#include "io/idx.hpp"
#include "io/model_file.hpp"
#include "mpi/collectives.hpp"
#include "train/numerics.hpp"
#include "train/torch_parts.hpp"
#include "train/train_evaluator.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>

namespace archipel::app {
namespace {

std::string size_text(const train::ImageSet& images) {
  return (images.channels > 1 ? std::to_string(images.channels) + " x " : "") + std::to_string(images.height) + " x " +
         std::to_string(images.width) + " pixels";
}

void check_test_shape(const ImageFiles& test, const TrainingFiles& training) {
  const auto images = test.images(), trained = training.images();
  if (images.channels != trained.channels || images.height != trained.height || images.width != trained.width)
    throw InputError(test.name() + ": images of " + size_text(images) + ", but those of " + training.name() + " have " +
                     size_text(trained) + "; the sizes must be equal");
}

/// Reads back to the same value.
std::string value_text(const Gene& gene, double value) {
  return gene.choices.empty() ? fmt::format("{}", value) : gene.choices[std::size_t(value)];
}

std::vector<io::NamedTensor> named_tensors(const train::NetworkSpec& network, const train::Weights& weights) {
  std::vector<io::NamedTensor> tensors;
  const auto add = [&](std::size_t layer, const std::string& name, std::vector<std::int64_t> shape,
                       const std::vector<float>& from, std::size_t first, std::size_t count) {
    const auto begin = from.begin() + std::ptrdiff_t(first);
    tensors.push_back(
        {"layer" + std::to_string(layer) + "." + name, std::move(shape), {begin, begin + std::ptrdiff_t(count)}});
  };
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const auto& layer = network.layers[i];
    if (layer.weight_count > 0) {
      const std::int64_t outputs = layer.channels, kernel = layer.kernel;
      const std::int64_t inputs = std::int64_t(layer.weight_count) / (outputs * kernel * kernel);
      const bool convolution = layer.kind == train::LayerKind::convolution || layer.kind == train::LayerKind::depthwise;
      std::vector<std::int64_t> shape{outputs};
      if (convolution) {
        shape = {outputs, inputs, kernel, kernel};
      } else if (layer.kind == train::LayerKind::classifier) {
        shape = {outputs, std::int64_t(layer.weight_count) / outputs};
      }
      add(i, "weight", shape, weights.parameters, layer.weight, layer.weight_count);
    }
    if (layer.bias_count > 0)
      add(i, "bias", {std::int64_t(layer.bias_count)}, weights.parameters, layer.bias, layer.bias_count);
    if (layer.kind == train::LayerKind::normalisation) {
      const auto channels = std::size_t(layer.channels);
      add(i, "running_mean", {layer.channels}, weights.statistics, layer.statistics, channels);
      add(i, "running_variance", {layer.channels}, weights.statistics, layer.statistics + channels, channels);
    }
  }
  return tensors;
}

class FileTrainProblem : public TrainProblem {
 public:
  FileTrainProblem(const Study& study, const std::filesystem::path& study_file, const mpi::Communicator& world,
                   const mpi::Communicator* replicas)
      : study_(study),
        study_file_(study_file),
        space_(make_space(study)),
        files_(study, study_file, world, replicas != nullptr) {
    if (replicas) {
      device_ = choose_device(study, world, *replicas);
      sync_ = make_sync(study, device_.device, *replicas);
    } else {
      mpi::on_all(world, [&] { check_device(study); });
      if (study.numerics.device != "cpu") device_.device = train::Device::cuda;   // wherever it will be
      sync_ = std::make_unique<train::LocalSync>();
    }
    if (trains_finalists(study)) {
      mpi::on_all(world, [] { train::require_torch(); });   // exports come at the end
      mpi::on_root(world, [&] { check_test_shape(test_files(study, study_file), files_); });
    }
    auto& training = seen_.emplace_back();
    training.name = "training";
    training.seen = files_.load(data_, study, world);
    training.validation = std::int64_t(data_->validation().size());
    for (const auto& settings : study.tasks) {
      const auto with = of_task(study, settings);
      auto& task = tasks_.emplace_back();
      task.files = std::make_unique<TrainingFiles>(with, study_file, world, replicas != nullptr,
                                                   "task." + std::to_string(tasks_.size() - 1));
      auto& seen = seen_.emplace_back();
      seen.part = SeenData::Part::task;
      seen.name = settings.name;
      seen.seen = task.files->load(task.data, with, world);
      seen.validation = std::int64_t(task.data->validation().size());
    }
    if (trains_finalists(study)) mpi::on_root(world, [&] { inspect_test(); });
    for (auto& data : seen_) data.seen.prints = {};   // compared, and eight bytes for each image
    mpi::on_all(world, [&] {
      checksums_.emplace_back("data.train", data_->digest().hex());
      for (std::size_t t = 0; t < tasks_.size(); ++t)
        checksums_.emplace_back("task." + study.tasks[t].name, tasks_[t].data->digest().hex());
      for (std::size_t stage = 0; stage < study.stages.size(); ++stage) make(stage);
    });
  }

  const Space& space() const override { return space_; }
  std::unique_ptr<Evaluator> evaluator(std::size_t stage, Artefacts* artefacts, Checkpoints* checkpoints) override {
    return make(stage, artefacts, checkpoints);
  }
  int shards_of_any_team() const override {
    return device_.device == train::Device::cpu ? int(study_.training.shards) : 1;   // a GPU's NCCL wants its own ranks
  }
  void train_with(const mpi::Communicator& replicas) override {
    if (device_.device == train::Device::cpu) sync_ = make_sync(study_, device_.device, replicas);   // GPUs keep theirs
  }
  double message_seconds() const override { return sync_->seconds(); }
  void on_epoch(std::function<void(std::int64_t, std::int64_t)> report) override { report_ = std::move(report); }
  std::string device() const override { return device_.text; }
  Digest canary() const override { return train::canary(device_.device); }
  std::size_t data_bytes() const override {
    std::size_t sum = files_.node_bytes();
    for (const auto& task : tasks_) sum += task.files->node_bytes();
    return sum;
  }
  std::size_t window_bytes() const override { return files_.team_bytes(); }
  std::vector<std::pair<std::string, std::string>> data_checksums() const override { return checksums_; }
  const std::vector<SeenData>& seen() const override { return seen_; }

  void check_test_files() const override {
    const auto files = test_files(study_, study_file_);
    check_test_shape(files, files_);
    const auto [images, labels] = files.digests();
    for (const auto& [name, now] : {std::pair(test_images, images), std::pair(test_labels, labels)})
      if (checksum(name) != now.hex())
        throw InputError((name == test_images ? files.name() : files.labels_name()) +
                         ": changed since this run began, and was not opened yet; the same command with --resume tests "
                         "the winner on what it holds now");
  }

  TestScore test(const Genome& genome, const std::vector<std::byte>& weights) override {
    const auto files = test_files(study_, study_file_);
    auto set = files.images();
    std::vector<std::uint8_t> pixels, classes(std::size_t(set.count));
    if (!files.are_shards()) {
      pixels.resize(files.image_bytes());
      files.read_pixels(pixels);
      set.pixels = pixels;
    }
    files.read_labels(classes);
    set.labels = classes;
    return {.accuracy = make(0)->test_accuracy(genome, weights, set), .samples = set.count};
  }

  void export_model(const Genome& genome, const std::vector<std::byte>& weights, const std::filesystem::path& path,
                    const std::vector<std::pair<std::string, std::string>>& facts) override {
    const auto network = make(0)->network(genome);
    const auto values = train::weights_from(weights, network);
    auto attributes = facts;
    attributes.emplace_back("network", train::draw_network(network));
    for (std::size_t g = 0; g < space_.size(); ++g) {
      const auto& gene = space_.genes()[g];
      if (space_.active(genome, g)) attributes.emplace_back("gene " + gene.name, value_text(gene, genome[g]));
    }
    const auto script = train::torch_parts().torchscript(network, values, *data_);
    io::make_folder(std::filesystem::path(path).parent_path());
    io::write_durably(std::filesystem::path(path).replace_extension(".pt"), std::as_bytes(std::span(script)));
    io::write_model(path, named_tensors(network, values), attributes);
  }

  double training_memory(const Genome& genome) const override {
    double most = 0;
    for (std::size_t stage = 0; stage < study_.stages.size(); ++stage)
      most = std::max(most, make(stage)->memory(genome));
    return most;
  }
  double weights_bytes(const Genome& genome) const override {
    const auto network = make(0)->network(genome);
    return double((network.parameters + network.statistics) * sizeof(float));
  }
  std::string draw(const Genome& genome) const override { return train::draw_network(make(0)->network(genome)); }

 private:
  struct Task {
    std::unique_ptr<TrainingFiles> files;
    std::optional<train::TrainingData> data;
  };

  /// Looks at the test files as a person would: shapes, labels, duplicates. Their labels must be those of training images.
  void inspect_test() {
    const auto files = test_files(study_, study_file_);
    auto set = files.images();
    std::vector<std::uint8_t> classes(std::size_t(set.count));
    files.read_labels(classes);
    const auto& training = seen_[0].seen;
    io::check_labels(files.labels_name(), classes, training.of_class);
    set.labels = classes;
    train::Inspector inspector(set);
    const auto [images, labels] = files.digests([&](auto pixels) { inspector.add(pixels); });
    auto& seen = seen_.emplace_back();
    seen.part = SeenData::Part::test;
    seen.name = "test";
    seen.seen = inspector.finish();
    check_not_blank(seen.seen, files.name());
    seen.trained = train::shared_images(seen.seen, seen_[0].seen);
    checksums_.emplace_back(test_images, images.hex());
    checksums_.emplace_back(test_labels, labels.hex());
  }
  std::string checksum(const std::string& name) const {
    return std::ranges::find(checksums_, name, &std::pair<std::string, std::string>::first)->second;
  }

  std::unique_ptr<train::TrainEvaluator> make(std::size_t stage, Artefacts* artefacts = nullptr,
                                              Checkpoints* checkpoints = nullptr) const {
    train::AfterEpoch after_epoch;
    if (report_)
      after_epoch = [report = report_, epochs = study_.stages[stage].fidelity.epochs](auto n) { report(n, epochs); };
    std::vector<train::TrainEvaluator::Task> tasks;
    for (std::size_t t = 0; t < tasks_.size(); ++t) tasks.push_back({study_.tasks[t].name, &*tasks_[t].data});
    return std::make_unique<train::TrainEvaluator>(train::TrainEvaluator::Setup{
        .space = space_,
        .data = *data_,
        .tasks = std::move(tasks),
        .training = training_of(study_, stage),
        .limits = study_.limits,
        .latency = study_.latency,
        .fidelity = study_.stages[stage].fidelity,
        .window = study_.data.window << 20,
        .on = {.sync = *sync_, .device = device_.device, .bucket = std::size_t(study_.run.bucket) << 10},
        .artefacts = artefacts,
        .checkpoints = study_.run.checkpoint > 0 ? checkpoints : nullptr,
        .checkpoint_interval = study_.run.checkpoint,
        .after_epoch = std::move(after_epoch)});
  }

  Study study_;
  std::function<void(std::int64_t, std::int64_t)> report_;
  std::filesystem::path study_file_;
  Space space_;
  TrainingFiles files_;
  std::optional<train::TrainingData> data_;
  std::deque<Task> tasks_;   // which stay where they are
  std::vector<std::pair<std::string, std::string>>
      checksums_;                // of the training data's values and of the test files' bytes
  std::vector<SeenData> seen_;   // on rank 0
  TrainingDevice device_;
  std::unique_ptr<train::GradientSync> sync_;
};

}   // namespace

std::unique_ptr<TrainProblem> load_train_problem(const Study& study, const std::filesystem::path& study_file,
                                                 const mpi::Communicator& world, const mpi::Communicator* replicas) {
  mpi::on_all(world, [&] { check_files(study, study_file); });
  return std::make_unique<FileTrainProblem>(study, study_file, world, replicas);
}

void prepare_kernels() { train::prepare_process(); }
Digest cpu_canary() { return train::canary(); }
std::string kernels_text() { return train::numerics_text(); }

}   // namespace archipel::app
