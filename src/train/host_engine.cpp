#include "train/engine.hpp"
#include "train/graph.hpp"
#include "train/optimiser.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace archipel::train {
namespace {

at::Tensor tensor_of(std::span<const float> values, at::IntArrayRef shape) {
  return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat);
}

/// Works on the state itself, by our own kernels.
class HostEngine : public Engine {
 public:
  HostEngine(const NetworkSpec& network, const TrainingSettings& settings, TrainingState& state)
      : Engine(network), state_(state), optimiser_(settings, network.decayed) {
    const std::size_t row = (layout_.size + 15) / 16 * 16;   // each shard begins a cache line
    buffers_ = at::zeros({settings.shards, std::int64_t(row)});
    for (std::int64_t shard = 0; shard < settings.shards; ++shard)
      shards_.emplace_back(buffers_.data_ptr<float>() + std::size_t(shard) * row, layout_.size);
  }

  void push() override {
    graph_.emplace(network_, Operations{}, tensor_of(parameters(), {std::int64_t(network_.parameters)}), buffers_);
  }
  void pull() override {}
  std::span<float> parameters() override { return state_.weights.parameters; }
  bool finite() const override {
    return std::ranges::all_of(state_.weights.parameters, [](float value) { return std::isfinite(value); });
  }

  void compute(int shard, const ShardInput& input, const std::function<void(std::size_t)>& final_from) override {
    const int count = int(input.labels.size());
    const auto labels = at::from_blob(const_cast<std::uint8_t*>(input.labels.data()), {count}, at::kByte).to(at::kLong);
    at::Tensor dropout;
    if (!input.dropout.empty()) dropout = tensor_of(input.dropout, {count, features_of(network_)});
    graph_->train(shard, images_of(input.images, count), labels, dropout, input.label_smoothing, final_from);
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
  }

  int prediction_batch() const override { return 64; }
  void predict(const float* images, int count, float* logits) const override {
    const auto statistics = tensor_of(state_.weights.statistics, {std::int64_t(network_.statistics)});
    const auto result = graph_->predict(statistics, images_of(images, count)).contiguous();
    std::copy_n(result.data_ptr<float>(), std::size_t(count) * network_.classes, logits);
  }

 private:
  at::Tensor images_of(const float* images, int count) const {
    return channels_last_view(images, count, network_.channels, network_.height, network_.width);
  }

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
  at::Tensor buffers_;   // [shards, row]
  std::optional<Graph> graph_;
};

}   // namespace

std::unique_ptr<Engine> host_engine(const NetworkSpec& network, const TrainingSettings& settings,
                                    TrainingState& state) {
  return std::make_unique<HostEngine>(network, settings, state);
}

}   // namespace archipel::train
