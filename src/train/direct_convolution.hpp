#pragma once

#include "train/kernels.hpp"

#include <vector>

namespace archipel::train {

/// A dense convolution of one shape with stride 1, forward and backward, by kernels of our own for AVX-512 and multiples of 24 channels.
/// Where images are hardly larger than windows, much of a window lies outside. The library's kernels leave that out only where 16 divides
/// the channels: otherwise they multiply zeros.
class DirectConvolution {
 public:
  /// Whether there are such kernels for this shape, and numerics.isa allows them: not on other processors, so that it can reconcile.
  static bool suits(const Window& window, int outputs);
  DirectConvolution(const Window& window, int outputs);

  /// After every change of the weights, [outputs, inputs, kernel, kernel].
  void load(const float* weights);
  void forward(const float* x, float* y);
  void backward_input(const float* dy, float* dx);
  void backward_weights(const float* x, const float* dy, float* dweights);

 private:
  Window window_, back_;   // back_: of the convolution that is the gradient of the inputs
  std::vector<float> forward_weights_, input_weights_, gradient_;
};

}   // namespace archipel::train
