#pragma once

#include "train/convolution.hpp"
#include "train/direct_convolution.hpp"
#include "train/model.hpp"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace archipel::train {

/// A network computed forward and backward on the CPU, for shards of one size. What is computed in which order, and where in memory it
/// lies, is settled when this is made: a step allocates no activations.
class HostTraining {
 public:
  /// `network` must outlive this. Precision::bfloat16: convolutions in it, but for those of the images; all else in float.
  HostTraining(const NetworkSpec& network, int images, Precision precision = Precision::float32);
  HostTraining(const HostTraining&) = delete;

  /// After every change of the parameters, which must stay where they are until the next.
  void load(const float* parameters);

  /// Fills `shard` (model.hpp) with gradient, moments and loss. Between the layers of the backward pass `final_from(first)`, if given,
  /// is told, with values that never rise, that the gradients of [first, weights) are final.
  void train(const ShardInput& input, std::span<float> shard, const std::function<void(std::size_t)>& final_from);

  /// Gradients of the sum of all logits by the values of layer 1, [images, height, width, channels]; `images` as of a shard.
  std::vector<float> jacobians(const float* images);

 private:
  /// Batch normalisation of one layer, [channels] each.
  struct Norm {
    std::vector<float> inverse_deviation, scale, shift;
  };
  /// A layer's buffers and kernels.
  struct Step {
    const float* x = nullptr;          // value of its first input
    std::vector<const float*> terms;   // of a sum
    float* value = nullptr;
    std::vector<const float*> parts;        // of the gradient of its value, by consumer from the last to the first
    float* whole = nullptr;                 // their sum, if there are several
    float* to_input = nullptr;              // its part of the gradient of its input
    Bfloat16* rounded = nullptr;            // copy of its value, if a convolution wants one
    const Bfloat16* rounded_x = nullptr;    // likewise of its first input's, if this is such a convolution
    Bfloat16* rounded_gradient = nullptr;   // and of the gradient of its value
    std::optional<Convolution> convolution;
    std::optional<DirectConvolution> direct;   // instead
    std::vector<std::int32_t> chosen;          // by max pooling
    Norm norm;
  };

  void find_stem();
  void plan();
  /// Whether the layer is a convolution in bfloat16.
  bool rounds(std::size_t layer) const {
    return precision_ == Precision::bfloat16 && steps_[layer].convolution && network_.layers[layer].inputs[0] != 0;
  }
  void plan_rounded();
  void round_value(std::size_t layer);
  void begin(const ShardInput& input, std::span<float> shard);
  void forward(const ShardInput& input, std::span<float> shard);
  const float* gradient_of(std::size_t layer);   // of its value
  void backward(const ShardInput& input, std::span<float> shard, const std::function<void(std::size_t)>& final_from);
  Window window(std::size_t layer) const;
  void set_norm(std::size_t layer, std::span<const float> shard);
  Affine affine(std::size_t layer, std::span<const float> shard) const;

  const NetworkSpec& network_;
  ShardLayout layout_;
  int images_;
  Precision precision_;
  const float* parameters_ = nullptr;
  std::vector<Step> steps_;    // by layer
  std::optional<Stem> stem_;   // layers 1 to 3, of which the last has the chosen places
  std::size_t first_ = 1;      // layer behind it
  TapSums taps_;               // of the stem
  std::vector<float> features_, dropped_, dfeatures_, logits_, dlogits_;   // of the classifier
  std::vector<float> memory_;                                              // values and gradients
  std::vector<Bfloat16> rounded_memory_;                                   // of those that convolutions multiply
};

}   // namespace archipel::train
