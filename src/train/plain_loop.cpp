#include "train/plain_loop.hpp"

#include "base/random.hpp"
#include "base/stopwatch.hpp"
#include "train/batch.hpp"
#include "train/graph.hpp"
#include "train/plan.hpp"

#include <ATen/ATen.h>
#include <torch/optim/sgd.h>

#include <algorithm>

namespace archipel::train {
namespace {

/// The tensors of one network, with autograd, as its modules would hold them.
struct PlainNetwork {
  const NetworkSpec& spec;
  std::vector<LayerTensors> layers;
  std::vector<LayerTensors> running;   // of normalisations: means and variances

  PlainNetwork(const NetworkSpec& network, std::uint64_t key, bool channels_last) : spec(network) {
    auto values = initial_parameters(network, key);
    const auto flat = at::from_blob(values.data(), {std::int64_t(values.size())}, at::kFloat);
    layers = views_of(network, flat);
    running.resize(layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i) {
      for (auto* tensor : {&layers[i].weight, &layers[i].bias}) {
        if (!tensor->defined()) continue;
        const bool lies_channels_last = channels_last && tensor->dim() == 4;
        *tensor = tensor->clone(lies_channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous)
                      .requires_grad_(true);
      }
      if (network.layers[i].kind != LayerKind::normalisation) continue;
      running[i] = {at::zeros({network.layers[i].channels}), at::ones({network.layers[i].channels})};
    }
  }

  at::Tensor forward(const at::Tensor& images) {
    std::vector<at::Tensor> values{images};
    for (std::size_t i = 1; i < layers.size(); ++i) {
      const Layer& l = spec.layers[i];
      const at::Tensor& x = values[std::size_t(l.inputs[0])];
      const auto &weight = layers[i].weight, &bias = layers[i].bias;
      const std::int64_t padding = l.kernel / 2;
      at::Tensor y;
      switch (l.kind) {
        case LayerKind::convolution:
          y = at::conv2d(x, weight, {}, l.stride, padding);
          break;
        case LayerKind::depthwise:
          y = at::conv2d(x, weight, {}, l.stride, padding, 1, l.channels);
          break;
        case LayerKind::normalisation:
          y = at::batch_norm(x, weight, bias, running[i].weight, running[i].bias, true, statistics_momentum,
                             normalisation_epsilon, true);
          if (l.relu) y = at::relu(y);
          break;
        case LayerKind::max_pool:
          y = at::max_pool2d(x, l.kernel, l.stride, padding);
          break;
        case LayerKind::average_pool:
          y = at::avg_pool2d(x, l.kernel, l.stride, padding);
          break;
        case LayerKind::sum:
          y = x;
          for (std::size_t term = 1; term < l.inputs.size(); ++term) y = y + values[std::size_t(l.inputs[term])];
          break;
        case LayerKind::classifier:
          y = at::linear(at::adaptive_avg_pool2d(x, {1, 1}).flatten(1), weight, bias);
          break;
        case LayerKind::input:
          break;
      }
      values.push_back(y);
    }
    return values.back();
  }

  /// Those that decay, and the others.
  std::vector<torch::optim::OptimizerParamGroup> groups(const TrainingSettings& settings) const {
    std::vector<at::Tensor> decay, others;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (layers[i].weight.defined())
        (spec.layers[i].kind == LayerKind::normalisation ? others : decay).push_back(layers[i].weight);
      if (layers[i].bias.defined()) others.push_back(layers[i].bias);
    }
    const auto options = [&](double weight_decay) {
      return std::make_unique<torch::optim::SGDOptions>(torch::optim::SGDOptions(settings.learning_rate)
                                                            .momentum(settings.momentum)
                                                            .nesterov(true)
                                                            .weight_decay(weight_decay));
    };
    std::vector<torch::optim::OptimizerParamGroup> groups;
    groups.emplace_back(std::move(decay), options(settings.weight_decay));
    groups.emplace_back(std::move(others), options(0));
    return groups;
  }
};

/// Calls `work` for a fifth of a second of processor time, after once for warming up; calls in a second.
template <class Work>
double rate_of(const Work& work) {
  const c10::NoGradGuard no_autograd;
  work();
  const Stopwatch watch;
  int calls = 0;
  do {
    work();
    ++calls;
  } while (watch.processor() < 0.2);
  return calls / watch.processor();
}

class TorchLoop : public PlainLoop {
 public:
  TorchLoop(const TrainingData& data, bool channels_last) : data_(data), channels_last_(channels_last) {
    const ImageSet& set = data.images();
    std::vector<std::uint32_t> all(std::size_t(set.count));
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = std::uint32_t(i);
    pixels_ = at::empty({set.count, set.height, set.width, set.channels});
    Standardiser(data).assemble(set, all, pixels_.data_ptr<float>());
    if (!channels_last) pixels_ = pixels_.permute({0, 3, 1, 2}).contiguous();
    labels_ = at::from_blob(const_cast<std::uint8_t*>(set.labels.data()), {set.count}, at::kByte).to(at::kLong);
  }

  LoopTime train(const NetworkSpec& network, const TrainingSettings& settings, std::int64_t steps,
                 int warm_up) override;

 private:
  const TrainingData& data_;
  bool channels_last_;
  at::Tensor
      pixels_;   // of data.images(): [count, height, width, channels] if channels last, else [count, channels, ...]
  at::Tensor labels_;
};

LoopTime TorchLoop::train(const NetworkSpec& spec, const TrainingSettings& settings, std::int64_t steps, int warm_up) {
  constexpr std::uint64_t key = 1;
  PlainNetwork network(spec, key, channels_last_);
  torch::optim::SGD optimiser(network.groups(settings), torch::optim::SGDOptions(settings.learning_rate));
  const std::int64_t batch = std::min(settings.batch, std::int64_t(data_.training().size())),
                     epoch_steps = std::int64_t(data_.training().size()) / batch;
  std::vector<std::uint32_t> samples;
  at::Tensor order;
  LoopTime result{.images = steps * batch};
  Stopwatch watch;
  for (std::int64_t step = 0; step < warm_up + steps; ++step) {
    if (step == warm_up) watch = {};
    const auto place = step % epoch_steps;
    if (place == 0) {
      samples = data_.subset(0);
      Stream draws(key, Purpose::shuffle, 0, std::uint32_t(step / epoch_steps), 0);
      draws.shuffle(std::span(samples));
      order = at::from_blob(samples.data(), {std::int64_t(samples.size())}, at::kInt).to(at::kLong);
    }
    const auto chosen = order.narrow(0, place * batch, batch);
    auto images = pixels_.index_select(0, chosen);
    if (channels_last_) images = images.permute({0, 3, 1, 2});
    const double rate = learning_rate_at(settings, step, warm_up + steps);
    for (auto& group : optimiser.param_groups()) static_cast<torch::optim::SGDOptions&>(group.options()).lr(rate);
    optimiser.zero_grad();
    const auto loss = at::cross_entropy_loss(network.forward(images), labels_.index_select(0, chosen), {},
                                             at::Reduction::Mean, -100, settings.label_smoothing);
    loss.backward();
    optimiser.step();
    if (step >= warm_up) result.loss += loss.item<double>() / double(steps);
  }
  result.wall = watch.wall();
  result.processor = watch.processor();
  return result;
}

}   // namespace

std::unique_ptr<PlainLoop> plain_loop(const TrainingData& data, bool channels_last) {
  return std::make_unique<TorchLoop>(data, channels_last);
}

Peaks measure_peaks() {
  const auto last = at::MemoryFormat::ChannelsLast;
  const auto convolution = [&](std::int64_t images, std::int64_t channels, std::int64_t side, std::int64_t kernel) {
    const auto x = at::ones({images, channels, side, side}).contiguous(last),
               weight = at::ones({channels, channels, kernel, kernel}).contiguous(last);
    return rate_of([&] { at::conv2d(x, weight, {}, 1, kernel / 2); }) * 2 *
           double(images * side * side * channels * channels * kernel * kernel);
  };
  constexpr std::int64_t size = 1024;
  const auto a = at::ones({size, size}), b = at::ones({size, size});
  auto c = at::empty({size, size});
  return {.blas = rate_of([&] { at::mm_out(c, a, b); }) * 2 * double(size * size * size),
          .gemm = convolution(16, size, 8, 1),
          .convolution = convolution(32, 64, 28, 3)};
}

}   // namespace archipel::train
