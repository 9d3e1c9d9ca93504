#pragma once

#include "train/bfloat16.hpp"
#include "train/kernels.hpp"

#include <memory>
#include <string>

namespace archipel::train {

/// What a convolution multiplies, in its precision: `exact`, or `rounded` if there is such.
struct Factors {
  const void* values;
  Factors(const float* exact, const Bfloat16* rounded = nullptr) : values(exact) {
    if (rounded != nullptr) values = rounded;
  }
};

/// A dense convolution of one shape, forward and backward, by oneDNN on one thread. Activations lie as [images, height, width,
/// channels]; weights, [outputs, inputs, kernel, kernel], are copied into the layouts that the library's kernels like best.
/// Precision::bfloat16: x, dy and the library's copies of weights are in bfloat16, sums and results in float, as in mixed precision
/// training (Micikevicius et al. 2018, arXiv:1710.03740; Kalamkar et al. 2019, arXiv:1905.12322).
class Convolution {
 public:
  enum class For {
    training,
    prediction,   // forward alone, and max(y + bias, 0) in the same pass
  };
  /// `window.channels` inputs; `gradient_of_input` false: no backward_input.
  Convolution(const Window& window, int outputs, For use, bool gradient_of_input,
              Precision precision = Precision::float32);
  Convolution(Convolution&&) noexcept;
  Convolution& operator=(Convolution&&) noexcept;
  ~Convolution();

  /// After every change of the weights. `bias` [outputs] for prediction.
  void load(const float* weights, const float* bias = nullptr);
  void forward(Factors x, float* y);
  void backward_input(Factors dy, float* dx);
  void backward_weights(Factors x, Factors dy, float* dweights);

 private:
  struct Primitives;
  std::unique_ptr<Primitives> primitives_;
};

/// Whether this CPU multiplies in bfloat16 and the library may use it. Elsewhere the library imitates it slowly, with other bits.
bool multiplies_bfloat16();

/// "2.6.3, instruction set 0x..": what the bits of convolutions depend on.
std::string convolution_library();

}   // namespace archipel::train
