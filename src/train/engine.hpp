#pragma once

#include "train/gradient_sync.hpp"
#include "train/model.hpp"
#include "train/training_state.hpp"

#include <functional>
#include <memory>
#include <string>

namespace archipel::train {

/// Where and how networks are computed. On `cpu` by the kernels of operations.hpp, whose bits do not depend on the number of
/// replicas; on `cuda` by LibTorch's, and on `reference` by the same code as on `cuda` in the memory of the CPU, for tests.
enum class Device { cpu, cuda, reference };

/// What a step's sum over all shards tells beside the gradient.
struct StepSum {
  double loss = 0;   // of all shards, nat
  bool stopped = false, failed = false, lacked_memory = false;
};

/// A network in training on a device: weights, optimiser state and the buffers of shards. `state` is their copy on the host: the
/// weights and the optimiser of a TrainingState that must outlive this.
class Engine {
 public:
  virtual ~Engine() = default;

  Engine(const Engine&) = delete;

  const NetworkSpec& network() const { return network_; }
  const ShardLayout& layout() const { return layout_; }
  const Shards& shards() const { return shards_; }

  /// Host to device: after the state was changed.
  virtual void push() = 0;
  /// Device to host: before the state is read.
  virtual void pull() = 0;
  /// The parameters, on the device.
  virtual std::span<float> parameters() = 0;
  virtual bool finite() const = 0;   // all parameters

  /// Fills the buffer of `shard` with the gradient of the mean loss, the moments and the loss. During the backward pass
  /// `final_from(first)`, if given, is told that the gradients of [first, weights) will not change any more.
  virtual void compute(int shard, const ShardInput& input, const std::function<void(std::size_t)>& final_from) = 0;
  /// Writes a replica's flags into the buffer of a shard.
  virtual void note(int shard, const StepSum& flags) = 0;
  /// From shards[0], summed.
  virtual StepSum sum() const = 0;
  /// One step of the optimiser and of the running statistics by shards[0], which is changed.
  virtual void step(double learning_rate) = 0;

  virtual int prediction_batch() const = 0;
  /// Logits [count, classes] of standardised images, into host memory.
  virtual void predict(const float* images, int count, float* logits) = 0;

 protected:
  explicit Engine(const NetworkSpec& network) : network_(network), layout_(layout_of(network)) {}

  NetworkSpec network_;
  ShardLayout layout_;
  Shards shards_;
};

/// What one replica sums with on `device`.
LocalSync local_sync(Device device);

/// LibTorch's c10::Error, a std::exception, if LibTorch or this machine has no such device; SystemError if it cannot be loaded.
std::unique_ptr<Engine> make_engine(const NetworkSpec& network, const TrainingSettings& settings, Device device,
                                    TrainingState& state);

// Bodies, by file of their name.
std::unique_ptr<Engine> host_engine(const NetworkSpec& network, const TrainingSettings& settings, TrainingState& state);
void add_on_gpu(std::span<float> sums, std::span<const float> addends);
std::unique_ptr<Engine> tensor_engine(const NetworkSpec& network, const TrainingSettings& settings, Device device,
                                      TrainingState& state);

}   // namespace archipel::train
