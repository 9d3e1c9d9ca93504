#include "train/engine.hpp"
#include "train/host_prediction.hpp"
#include "train/host_training.hpp"
#include "train/optimiser.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

namespace archipel::train {
namespace {

/// Works on the state itself, by oneDNN and our own kernels.
class HostEngine : public Engine {
 public:
  HostEngine(const NetworkSpec& network, const TrainingSettings& settings, TrainingState& state)
      : Engine(network),
        state_(state),
        optimiser_(settings, network.decayed),
        precision_(settings.precision == "bfloat16" ? Precision::bfloat16 : Precision::float32) {
    const std::size_t row = (layout_.size + 15) / 16 * 16;   // each shard begins a cache line
    buffers_.resize(std::size_t(settings.shards) * row);
    for (std::size_t shard = 0; shard < std::size_t(settings.shards); ++shard)
      shards_.emplace_back(buffers_.data() + shard * row, layout_.size);
  }

  void push() override { trained_ = predicted_ = false; }
  void pull() override {}
  std::span<float> parameters() override { return state_.weights.parameters; }
  bool finite() const override {
    return std::ranges::all_of(state_.weights.parameters, [](float value) { return std::isfinite(value); });
  }

  void compute(int shard, const ShardInput& input, const std::function<void(std::size_t)>& final_from) override {
    if (!training_) training_.emplace(network_, int(input.labels.size()), precision_);
    if (!trained_) training_->load(state_.weights.parameters.data());
    trained_ = true;
    training_->train(input, shards_[std::size_t(shard)], final_from);
  }

  void note(int shard, const StepSum& flags) override {
    auto& values = shards_[std::size_t(shard)];
    values[layout_.stopped] = flags.stopped;
    values[layout_.failed] = flags.failed;
    values[layout_.lacked_memory] = flags.lacked_memory;
  }

  StepSum sum() const override {
    const auto& values = shards_[0];
    return {.loss = values[layout_.loss],
            .stopped = values[layout_.stopped] > 0,
            .failed = values[layout_.failed] > 0,
            .lacked_memory = values[layout_.lacked_memory] > 0};
  }

  void step(double learning_rate) override {
    optimiser_.step(state_.optimiser, state_.weights.parameters, shards_[0].first(layout_.moments),
                    1.0 / double(shards_.size()), learning_rate);
    update_statistics();
    trained_ = predicted_ = false;
  }

  int prediction_batch() const override { return prediction_images; }
  void predict(const float* images, int count, float* logits) override {
    if (!prediction_) prediction_.emplace(network_, prediction_images);
    if (!predicted_) prediction_->load(state_.weights);
    predicted_ = true;
    const std::size_t pixels = network_.layers[0].outputs(), classes = std::size_t(network_.classes);
    input_.resize(prediction_images * pixels);
    output_.resize(prediction_images * classes);
    for (int first = 0; first < count;
         first += prediction_images) {   // always as many, the last ones perhaps of no use
      const auto part = std::size_t(std::min(prediction_images, count - first));
      std::copy_n(images + std::size_t(first) * pixels, part * pixels, input_.begin());
      prediction_->predict(input_.data(), output_.data());
      std::copy_n(output_.begin(), part * classes, logits + std::size_t(first) * classes);
    }
  }

 private:
  /// Moves running statistics towards the mean and variance of the batch, from the sums of its shards' moments.
  void update_statistics() {
    const float share = 1.0f / float(shards_.size());
    for (const auto& layer : network_.layers) {
      if (layer.kind != LayerKind::normalisation) continue;
      const float* moments = shards_[0].data() + layout_.moments + layer.statistics;
      float* running = state_.weights.statistics.data() + layer.statistics;
      for (int c = 0; c < layer.channels; ++c) {
        const float mean = share * moments[c],
                    variance = std::max(0.0f, share * moments[layer.channels + c] - mean * mean);
        running[c] += statistics_momentum * (mean - running[c]);
        running[layer.channels + c] += statistics_momentum * (variance - running[layer.channels + c]);
      }
    }
  }

  TrainingState& state_;
  Optimiser optimiser_;
  Precision precision_;
  std::vector<float> buffers_;   // [shards, row]
  std::optional<HostTraining> training_;
  std::optional<HostPrediction> prediction_;
  bool trained_ = false, predicted_ = false;   // whether they have the weights of now
  std::vector<float> input_, output_;          // of a batch to predict
};

}   // namespace

std::unique_ptr<Engine> host_engine(const NetworkSpec& network, const TrainingSettings& settings,
                                    TrainingState& state) {
  return std::make_unique<HostEngine>(network, settings, state);
}

}   // namespace archipel::train
