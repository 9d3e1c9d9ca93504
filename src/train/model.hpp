#pragma once

#include "train/network.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace archipel::train {

/// What one shard of a batch needs.
struct ShardInput {
  const float* images = nullptr;          // [images, height, width, channels], standardised
  std::span<const std::uint8_t> labels;   // [images]
  std::span<const float> dropout;         // [images, features]: factors of the classifier's inputs; empty: all 1
  double label_smoothing = 0;
};

/// Where things lie in a shard's buffer, which is summed over shards as a whole.
struct ShardLayout {
  std::size_t moments;   // [0, moments): gradient; then by normalisation the means and mean squares of the channels
  std::size_t loss;      // mean over the shard's images, nat
  // More than 0 in the sum: some replica wants to stop, failed, lacked memory. They travel with the gradient, so that all
  // replicas leave a training at the same step.
  std::size_t stopped, failed, lacked_memory;
  std::size_t size;
};

/// Computes a network forward, by the operations of operations.hpp, and backward, by LibTorch's autograd. Holds no weights.
class Model {
 public:
  explicit Model(NetworkSpec network);

  const NetworkSpec& network() const { return network_; }
  ShardLayout layout() const;
  int features() const;   // inputs of the classifier

  /// Fills `shard` (layout().size values) with the gradient of the mean loss, the moments and the loss of one shard.
  /// Normalisations use this shard's own moments.
  void train_shard(std::span<const float> parameters, const ShardInput& input, std::span<float> shard) const;
  /// Logits [images, classes] with running statistics.
  void predict(std::span<const float> parameters, std::span<const float> statistics, const float* images, int count,
               float* logits) const;

 private:
  NetworkSpec network_;
};

/// Variance floor of all normalisations.
inline constexpr float normalisation_epsilon = 1e-5f;

/// Initial parameters: weights uniform with variance 2 / fan-in (He et al. 2015, arXiv:1502.01852), the classifier's with 1 / fan-in,
/// scales 1, biases 0.
std::vector<float> initial_parameters(const NetworkSpec& network, std::uint64_t key);
/// Means 0, variances 1.
std::vector<float> initial_statistics(const NetworkSpec& network);

}   // namespace archipel::train
