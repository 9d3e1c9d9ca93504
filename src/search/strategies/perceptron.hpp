#pragma once

#include "base/random.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace archipel {

/// An input of a network that is not 0.
struct Input {
  std::uint32_t index = 0;
  float value = 1;
};
using Inputs = std::vector<Input>;

/// A network of two hidden layers of rectified linear units with one output, trained by Adam (Kingma & Ba 2015, arXiv:1412.6980) on
/// the squared error. Sums have a fixed order.
class Perceptron {
 public:
  static constexpr std::size_t width = 24;   // of the hidden layers

  /// Weights by He et al. 2015 (arXiv:1502.01852), from `draws`; of the first layer for `typical` inputs that are not 0.
  Perceptron(std::size_t inputs, double typical, Stream& draws);
  /// `steps` with batches of 16 in an order that `draws` decides; the learning rate falls to 0.
  void train(std::span<const Inputs> samples, std::span<const double> targets, int steps, Stream& draws);
  double predict(const Inputs& inputs) const;

 private:
  using Layer = std::array<float, width>;
  struct Activity {
    Layer first, second;
    float output;
  };
  // Offsets of the parameters, which lie in one vector.
  std::size_t second() const { return (inputs_ + 1) * width; }           // [width inputs, width], then biases [width]
  std::size_t third() const { return second() + (width + 1) * width; }   // [width], then the bias
  Activity forward(const Inputs& inputs) const;
  void backward(const Inputs& inputs, const Activity& activity, float error, std::vector<float>& gradient) const;

  std::size_t inputs_;
  std::vector<float> parameters_;   // first layer: [inputs, width], then biases [width]
};

}   // namespace archipel
