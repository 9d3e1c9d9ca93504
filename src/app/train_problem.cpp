#include "app/device.hpp"
#include "app/problem.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"
#include "io/descriptor.hpp"
#include "io/idx.hpp"
#include "io/model_file.hpp"
#include "mpi/collectives.hpp"
#include "mpi/shared_memory.hpp"
#include "train/export.hpp"
#include "train/numerics.hpp"
#include "train/train_evaluator.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <optional>

namespace archipel::app {
namespace {

io::IdxHeader images_header(const std::string& path) { return io::read_idx_header(path, 3); }

io::IdxHeader labels_header(const std::string& path, const io::IdxHeader& images, const std::string& images_path) {
  auto header = io::read_idx_header(path, 1);
  if (header.shape[0] != images.shape[0]) {
    throw InputError(path + ": " + std::to_string(header.shape[0]) + " labels, but " + images_path + " has " +
                     std::to_string(images.shape[0]) + " images; the numbers must be equal");
  }
  return header;
}

std::string size_text(const io::IdxHeader& images) {
  return std::to_string(images.shape[1]) + " x " + std::to_string(images.shape[2]) + " pixels";
}

/// InputError for all files that the study needs and that are not there.
void check_files(const Study& study, const std::filesystem::path& study_file) {
  const auto& data = study.data;
  std::vector<std::string> problems;
  std::vector<std::pair<const char*, std::string>> files{{"train_images", data.train_images},
                                                         {"train_labels", data.train_labels}};
  if (has_evaluate(study))
    files.insert(files.end(), {{"test_images", data.test_images}, {"test_labels", data.test_labels}});
  for (const auto& [key, name] : files) {
    const auto path = data_path(study, study_file, name);
    std::error_code code;
    if (std::filesystem::exists(path, code) || code) continue;   // what else keeps it from being read, its reader says
    problems.push_back(std::string("data.") + key + " = \"" + name + "\": " + path.string() +
                       " cannot be opened: No such file or directory" +
                       (std::filesystem::path(name).is_absolute()
                            ? ""
                            : "; relative paths start at the study's folder, or at --set run.data_directory=FOLDER"));
  }
  if (!problems.empty()) throw InputError(problems);
}

/// Digests of the test images and labels, which can be used later; their values stay sealed.
std::pair<Digest, Digest> check_test_files(const std::string& images_path, const std::string& labels_path,
                                           const std::string& train_path, const io::IdxHeader& train) {
  const auto images = images_header(images_path);
  if (images.shape[1] != train.shape[1] || images.shape[2] != train.shape[2]) {
    throw InputError(images_path + ": images of " + size_text(images) + ", but those of " + train_path + " have " +
                     size_text(train) + "; the sizes must be equal");
  }
  const auto labels = io::digest_of_idx(labels_path, labels_header(labels_path, images, images_path));
  return {io::digest_of_idx(images_path, images), labels};
}

train::ImageSet image_set(const io::IdxHeader& header, std::span<const std::uint8_t> pixels,
                          std::span<const std::uint8_t> labels) {
  return {.pixels = pixels,
          .count = header.shape[0],
          .channels = 1,
          .height = header.shape[1],
          .width = header.shape[2],
          .labels = labels};
}

/// Reads back to the same value.
std::string value_text(const Gene& gene, double value) {
  return gene.choices.empty() ? fmt::format("{}", value) : gene.choices[std::size_t(value)];
}

/// The training files, once in the memory of each node.
class TrainingFiles {
 public:
  TrainingFiles(const std::string& images_path, const std::string& labels_path, const mpi::Communicator& world) {
    io::IdxHeader labels;
    mpi::on_all(world, [&] {
      header_ = images_header(images_path);
      labels = labels_header(labels_path, header_, images_path);
    });
    block_.emplace(world.split_shared(), header_.values() + labels.values());
    mpi::on_all(world, [&] {
      if (!block_->filler()) return;
      io::read_idx(images_path, header_, block_->bytes().first(header_.values()));
      const auto classes = block_->bytes().subspan(header_.values());
      io::read_idx(labels_path, labels, classes);
      io::check_classes(labels_path, classes);
    });
    block_->publish();
  }

  train::ImageSet images() const {
    const std::span<const std::uint8_t> bytes = block_->bytes();
    return image_set(header_, bytes.first(header_.values()), bytes.subspan(header_.values()));
  }
  const io::IdxHeader& header() const { return header_; }
  std::size_t bytes() const { return block_->bytes().size(); }

 private:
  io::IdxHeader header_;
  std::optional<mpi::SharedBytes> block_;
};

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
        test_images_(data_path(study, study_file, study.data.test_images)),
        test_labels_(data_path(study, study_file, study.data.test_labels)),
        space_(make_space(study)),
        files_(data_path(study, study_file, study.data.train_images),
               data_path(study, study_file, study.data.train_labels), world) {
    if (replicas) {
      device_ = choose_device(study, world, *replicas);
      sync_ = make_sync(study, device_.device, *replicas);
    } else {
      mpi::on_all(world, [&] { check_device(study); });
      if (study.numerics.device != "cpu") device_.device = train::Device::cuda;   // wherever it will be
      sync_ = std::make_unique<train::LocalSync>();
    }
    if (has_evaluate(study)) {
      mpi::on_root(world, [&] {
        const auto train_images = data_path(study, study_file, study.data.train_images);
        const auto [images, labels] = check_test_files(test_images_, test_labels_, train_images, files_.header());
        checksums_.emplace_back("data.test_images", images.hex());
        checksums_.emplace_back("data.test_labels", labels.hex());
      });
    }
    mpi::on_all(world, [&] {
      data_.emplace(files_.images(), study.data.validation, study.seed);
      checksums_.emplace_back("data.train", data_->digest().hex());
      for (std::size_t stage = 0; stage < study.stages.size(); ++stage) make(stage);
    });
  }

  const Space& space() const override { return space_; }
  std::unique_ptr<Evaluator> evaluator(std::size_t stage, Artefacts* artefacts, Checkpoints* checkpoints) override {
    return make(stage, artefacts, checkpoints);
  }
  void on_epoch(std::function<void(std::int64_t, std::int64_t)> report) override { report_ = std::move(report); }
  std::string device() const override { return device_.text; }
  Digest canary() const override { return train::canary(device_.device); }
  std::size_t data_bytes() const override { return files_.bytes(); }
  std::vector<std::pair<std::string, std::string>> data_checksums() const override { return checksums_; }

  TestScore test(const Genome& genome, const std::vector<std::byte>& weights) override {
    const auto header = images_header(test_images_);
    const auto labels = labels_header(test_labels_, header, test_images_);
    std::vector<std::uint8_t> pixels(header.values()), classes(labels.values());
    io::read_idx(test_images_, header, pixels);
    io::read_idx(test_labels_, labels, classes);
    io::check_labels(test_labels_, classes, data_->classes());
    return {.accuracy = make(0)->test_accuracy(genome, weights, image_set(header, pixels, classes)),
            .samples = header.shape[0]};
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
    const auto script = train::torchscript_of(network, values, *data_);
    io::make_folder(std::filesystem::path(path).parent_path());
    io::write_durably(std::filesystem::path(path).replace_extension(".pt"), std::as_bytes(std::span(script)));
    io::write_model(path, named_tensors(network, values), attributes);
  }

  double training_memory(const Genome& genome) const override { return make(0)->memory(genome); }
  double weights_bytes(const Genome& genome) const override {
    const auto network = make(0)->network(genome);
    return double((network.parameters + network.statistics) * sizeof(float));
  }
  std::string draw(const Genome& genome) const override { return train::draw_network(make(0)->network(genome)); }

 private:
  std::unique_ptr<train::TrainEvaluator> make(std::size_t stage, Artefacts* artefacts = nullptr,
                                              Checkpoints* checkpoints = nullptr) const {
    train::AfterEpoch after_epoch;
    if (report_)
      after_epoch = [report = report_, epochs = study_.stages[stage].fidelity.epochs](auto n) { report(n, epochs); };
    return std::make_unique<train::TrainEvaluator>(train::TrainEvaluator::Setup{
        .space = space_,
        .data = *data_,
        .training = study_.training,
        .limits = study_.limits,
        .fidelity = study_.stages[stage].fidelity,
        .on = {.sync = *sync_, .device = device_.device, .bucket = std::size_t(study_.run.bucket) << 10},
        .artefacts = artefacts,
        .checkpoints = study_.run.checkpoint > 0 ? checkpoints : nullptr,
        .checkpoint_interval = study_.run.checkpoint,
        .after_epoch = std::move(after_epoch)});
  }

  Study study_;
  std::function<void(std::int64_t, std::int64_t)> report_;
  std::string test_images_, test_labels_;
  Space space_;
  TrainingFiles files_;
  std::optional<train::TrainingData> data_;
  std::vector<std::pair<std::string, std::string>>
      checksums_;   // of the training data's values and of the test files' bytes
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
