#pragma once

#include "train/network.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace archipel::train {

/// What one shard of a batch needs, on the host.
struct ShardInput {
  const float* images = nullptr;          // [images, height, width, channels], standardised
  std::span<const std::uint8_t> labels;   // [images]
  std::span<const float> dropout;         // [images, features]: factors of the classifier's inputs; empty: all 1
  double label_smoothing = 0;
};

/// Where things lie in a shard's buffer, which is summed over shards as a whole.
struct ShardLayout {
  std::size_t moments = 0;   // [0, moments): gradient; then by normalisation the means and mean squares of the channels
  std::size_t loss = 0;      // mean over the shard's images, nat
  // More than 0 in the sum: some replica wants to stop, failed, lacked memory. They travel with the gradient, so that all
  // replicas leave a training at the same step.
  std::size_t stopped = 0, failed = 0, lacked_memory = 0;
  std::size_t size = 0;
};
ShardLayout layout_of(const NetworkSpec& network);
/// Inputs of the classifier.
int features_of(const NetworkSpec& network);

/// Variance floor of all normalisations.
inline constexpr float normalisation_epsilon = 1e-5f;

/// Momentum of the running statistics.
inline constexpr float statistics_momentum = 0.1f;

/// Initial parameters: weights uniform with variance 2 / fan-in (He et al. 2015, arXiv:1502.01852), the classifier's with 1 / fan-in,
/// scales 1, biases 0.
std::vector<float> initial_parameters(const NetworkSpec& network, std::uint64_t key);
/// Means 0, variances 1.
std::vector<float> initial_statistics(const NetworkSpec& network);

}   // namespace archipel::train
