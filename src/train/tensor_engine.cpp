#include "train/engine.hpp"
#include "train/graph.hpp"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace archipel::train {
namespace {

std::int64_t size_of(const std::vector<float>& values) { return std::int64_t(values.size()); }

at::Tensor host_view(std::vector<float>& values) { return at::from_blob(values.data(), {size_of(values)}, at::kFloat); }

/// Everything on the device, by LibTorch's operations; what has to be read comes back to the host once a step.
class TensorEngine : public Engine {
 public:
  TensorEngine(const NetworkSpec& network, const TrainingSettings& settings, at::Device device, TrainingState& state)
      : Engine(network), settings_(settings), device_(device), state_(state) {
    const std::int64_t shards = settings.shards, row = std::int64_t(layout_.size + 15) / 16 * 16;
    buffers_ = zeros({shards, row});
    for (std::int64_t shard = 0; shard < shards; ++shard)
      shards_.emplace_back(buffers_.data_ptr<float>() + shard * row, layout_.size);
    parameters_ = zeros({std::int64_t(network.parameters)});
    statistics_ = zeros({std::int64_t(network.statistics)});
    first_ = zeros({size_of(state.optimiser.first)});
    second_ = zeros({size_of(state.optimiser.second)});
    std::vector<std::int64_t> means, variances;   // places of the statistics; those of the moments are the same
    for (const auto& layer : network.layers) {
      if (layer.kind != LayerKind::normalisation) continue;
      for (int c = 0; c < layer.channels; ++c) {
        means.push_back(std::int64_t(layer.statistics) + c);
        variances.push_back(std::int64_t(layer.statistics) + layer.channels + c);
      }
    }
    means_ = at::tensor(means, at::kLong).to(device_);
    variances_ = at::tensor(variances, at::kLong).to(device_);
    graph_.emplace(network_, Operations{.bfloat16 = settings.precision == "bfloat16"}, parameters_, buffers_);
    staged_.resize(std::size_t(shards));
    prediction_batch_ = int(std::max<std::int64_t>(64, settings.batch / shards));
  }

  void push() override {
    parameters_.copy_(host_view(state_.weights.parameters));
    statistics_.copy_(host_view(state_.weights.statistics));
    first_.copy_(host_view(state_.optimiser.first));
    second_.copy_(host_view(state_.optimiser.second));
  }
  void pull() override {
    host_view(state_.weights.parameters).copy_(parameters_);
    host_view(state_.weights.statistics).copy_(statistics_);
    host_view(state_.optimiser.first).copy_(first_);
    host_view(state_.optimiser.second).copy_(second_);
  }
  std::span<float> parameters() override { return {parameters_.data_ptr<float>(), network_.parameters}; }
  bool finite() const override { return at::isfinite(parameters_).all().item<bool>(); }

  void compute(int shard, const ShardInput& input, const std::function<void(std::size_t)>& final_from) override {
    const int count = int(input.labels.size());
    Staged& staged = staged_[std::size_t(shard)];
    const auto images = on_device(staged.images, images_of(input.images, count));
    const auto labels =
        on_device(staged.labels, at::from_blob(const_cast<std::uint8_t*>(input.labels.data()), {count}, at::kByte));
    at::Tensor dropout;
    if (!input.dropout.empty())
      dropout = on_device(staged.dropout, at::from_blob(const_cast<float*>(input.dropout.data()),
                                                        {count, features_of(network_)}, at::kFloat));
    graph_->train(shard, images, labels.to(at::kLong), dropout, input.label_smoothing, final_from);
  }

  void note(int shard, const StepSum& flags) override {
    if (!flags.stopped && !flags.failed && !flags.lacked_memory) return;   // they are 0, and the host need not wait
    const auto values = at::tensor({float(flags.stopped), float(flags.failed), float(flags.lacked_memory)}, at::kFloat);
    buffers_[shard].narrow(0, std::int64_t(layout_.stopped), 3).copy_(values);
  }

  StepSum sum() const override {
    const auto values = buffers_[0].narrow(0, std::int64_t(layout_.loss), 4).cpu();
    const float* value = values.data_ptr<float>();
    return {.loss = value[0], .stopped = value[1] > 0, .failed = value[2] > 0, .lacked_memory = value[3] > 0};
  }

  void step(double learning_rate) override {
    const c10::NoGradGuard no_autograd;
    auto gradient = buffers_[0].narrow(0, 0, std::int64_t(network_.parameters));
    gradient.mul_(1.0 / double(shards_.size()));
    if (settings_.clip > 0) {
      const auto norm = gradient.norm(2, at::kDouble);
      gradient.mul_(at::clamp_max(settings_.clip / norm, 1.0).to(at::kFloat));
    }
    const auto decayed = std::int64_t(network_.decayed);
    if (settings_.optimiser == "adamw") adam(gradient, learning_rate, decayed);
    else nesterov(gradient, learning_rate, decayed);
    update_statistics();
  }

  int prediction_batch() const override { return prediction_batch_; }
  void predict(const float* images, int count, float* logits) override {
    const auto input = images_of(images, count).to(device_);
    at::from_blob(logits, {count, network_.classes}, at::kFloat).copy_(graph_->predict(statistics_, input));
  }

 private:
  /// Pinned copies of one shard's input, from which the device reads while the host fills those of the next shard.
  struct Staged {
    at::Tensor images, labels, dropout;
  };

  at::Tensor zeros(at::IntArrayRef shape) const { return at::zeros(shape, at::device(device_).dtype(at::kFloat)); }

  at::Tensor images_of(const float* images, int count) const {
    return channels_last_view(images, count, network_.channels, network_.height, network_.width);
  }

  at::Tensor on_device(at::Tensor& staged, const at::Tensor& values) const {
    if (!device_.is_cuda()) return values.clone();
    if (!staged.defined()) staged = at::empty_like(values, values.options().pinned_memory(true));
    staged.copy_(values);
    return staged.to(device_, true);
  }

  /// The formulas of optimiser.cpp.
  void nesterov(at::Tensor& gradient, double rate, std::int64_t decayed) {
    gradient.narrow(0, 0, decayed).add_(parameters_.narrow(0, 0, decayed), settings_.weight_decay);
    first_.mul_(settings_.momentum).add_(gradient);
    parameters_.sub_(gradient.add(first_, settings_.momentum), rate);
  }

  void adam(const at::Tensor& gradient, double rate, std::int64_t decayed) {
    auto& powers = state_.optimiser;
    powers.power1 *= settings_.momentum;
    powers.power2 *= 0.999;
    first_.mul_(settings_.momentum).add_(gradient, 1 - settings_.momentum);
    second_.mul_(0.999).addcmul_(gradient, gradient, 0.001);
    const auto change = (first_ / (1 - powers.power1)) / ((second_ / (1 - powers.power2)).sqrt_().add_(1e-8));
    parameters_.narrow(0, 0, decayed).mul_(1 - rate * settings_.weight_decay);
    parameters_.sub_(change, rate);
  }

  void update_statistics() {
    const auto moments = buffers_[0].narrow(0, std::int64_t(layout_.moments), std::int64_t(network_.statistics));
    const double share = 1.0 / double(shards_.size());
    const auto mean = moments.index_select(0, means_).mul_(share);
    const auto variance = moments.index_select(0, variances_).mul_(share).sub_(mean * mean).clamp_min_(0);
    const auto move = [&](const at::Tensor& places, const at::Tensor& target) {
      const auto running = statistics_.index_select(0, places);
      statistics_.index_copy_(0, places, running + (target - running) * double(statistics_momentum));
    };
    move(means_, mean);
    move(variances_, variance);
  }

  TrainingSettings settings_;
  at::Device device_;
  TrainingState& state_;
  at::Tensor buffers_;   // [shards, row]
  at::Tensor parameters_, statistics_, first_, second_;
  at::Tensor means_, variances_;   // [channels of all normalisations]
  std::optional<Graph> graph_;
  std::vector<Staged> staged_;
  int prediction_batch_;
};

}   // namespace

void add_on_gpu(std::span<float> sums, std::span<const float> addends) {
  const auto tensor = [](const float* values, std::size_t count) {
    return at::from_blob(const_cast<float*>(values), {std::int64_t(count)}, at::device(at::kCUDA).dtype(at::kFloat));
  };
  tensor(sums.data(), sums.size()).add_(tensor(addends.data(), addends.size()));
}

std::unique_ptr<Engine> tensor_engine(const NetworkSpec& network, const TrainingSettings& settings, Device device,
                                      TrainingState& state) {
  return std::make_unique<TensorEngine>(network, settings, at::Device(device == Device::cuda ? at::kCUDA : at::kCPU),
                                        state);
}

}   // namespace archipel::train
