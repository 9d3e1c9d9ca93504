#pragma once

#include "train/kernels.hpp"

#include <memory>
#include <string>

namespace archipel::train {

/// A dense convolution of one shape, forward and backward, by oneDNN on one thread. Activations lie as [images, height, width,
/// channels]; weights, [outputs, inputs, kernel, kernel], are copied into the layouts that the library's kernels like best.
class Convolution {
 public:
  enum class For {
    training,
    prediction,   // forward alone, and max(y + bias, 0) in the same pass
  };
  /// `window.channels` inputs; `gradient_of_input` false: no backward_input.
  Convolution(const Window& window, int outputs, For use, bool gradient_of_input);
  Convolution(Convolution&&) noexcept;
  Convolution& operator=(Convolution&&) noexcept;
  ~Convolution();

  /// After every change of the weights. `bias` [outputs] for prediction.
  void load(const float* weights, const float* bias = nullptr);
  void forward(const float* x, float* y);
  void backward_input(const float* dy, float* dx);
  void backward_weights(const float* x, const float* dy, float* dweights);

 private:
  struct Primitives;
  std::unique_ptr<Primitives> primitives_;
};

/// "2.6.3, instruction set 0x..": what the bits of convolutions depend on.
std::string convolution_library();

}   // namespace archipel::train
