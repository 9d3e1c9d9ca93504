#pragma once

#include "train/convolution.hpp"
#include "train/weights.hpp"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace archipel::train {

/// Images of a batch on the CPU.
inline constexpr int prediction_images = 64;

/// A trained network computed on the CPU, for batches of one size. Normalisations are folded into the convolutions before them.
class HostPrediction {
 public:
  /// `network` must outlive this.
  HostPrediction(const NetworkSpec& network, int images);
  HostPrediction(const HostPrediction&) = delete;

  void load(const Weights& weights);
  /// `images` [images, height, width, channels], standardised; logits [images, classes]. `after`, if given, is told each layer when it
  /// is computed.
  void predict(const float* images, float* logits, const std::function<void(std::size_t layer)>& after = {});

 private:
  /// A layer's buffers and kernels. A normalisation has those of the convolution before it.
  struct Step {
    std::vector<const float*> terms;   // values of its inputs
    float* value = nullptr;
    std::optional<Convolution> convolution;   // which reads bias where it stands here
    std::vector<float> weights, bias;
  };

  const NetworkSpec& network_;
  int images_;
  std::vector<Step> steps_;   // by layer
  std::vector<float> features_;
  std::vector<float> memory_;
};

}   // namespace archipel::train
