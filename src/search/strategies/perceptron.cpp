#include "search/strategies/perceptron.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace archipel {
namespace {

constexpr std::size_t batch = 16;
constexpr float rate = 0.01f, decay_of_mean = 0.9f, decay_of_square = 0.99f;

}   // namespace

Perceptron::Perceptron(std::size_t inputs, double typical, Stream& draws) : inputs_(inputs) {
  parameters_.assign(third() + width + 1, 0.0f);
  const auto draw = [&](std::size_t from, std::size_t count, double fan_in) {
    const double scale = std::sqrt(2 / std::max(1.0, fan_in));
    for (std::size_t i = 0; i < count; ++i) parameters_[from + i] = float(scale * draws.normal());
  };
  draw(0, inputs * width, typical);
  draw(second(), width * width, width);
  draw(third(), width, width);
}

Perceptron::Activity Perceptron::forward(const Inputs& inputs) const {
  Activity activity;
  const float* weights = parameters_.data();
  std::copy_n(weights + inputs_ * width, width, activity.first.begin());
  for (const auto& [index, value] : inputs) {
    for (std::size_t k = 0; k < width; ++k) activity.first[k] += value * weights[index * width + k];
  }
  for (float& x : activity.first) x = x > 0 ? x : 0;
  weights += second();
  std::copy_n(weights + width * width, width, activity.second.begin());
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t k = 0; k < width; ++k) activity.second[k] += activity.first[i] * weights[i * width + k];
  }
  for (float& x : activity.second) x = x > 0 ? x : 0;
  weights = parameters_.data() + third();
  activity.output = weights[width];
  for (std::size_t k = 0; k < width; ++k) activity.output += activity.second[k] * weights[k];
  return activity;
}

double Perceptron::predict(const Inputs& inputs) const { return forward(inputs).output; }

void Perceptron::backward(const Inputs& inputs, const Activity& activity, float error,
                          std::vector<float>& gradient) const {
  Layer of_second{}, of_first{};
  const float* weights = parameters_.data() + third();
  float* target = gradient.data() + third();
  target[width] += error;
  for (std::size_t k = 0; k < width; ++k) {
    target[k] += error * activity.second[k];
    of_second[k] = activity.second[k] > 0 ? error * weights[k] : 0.0f;
  }
  weights = parameters_.data() + second();
  target = gradient.data() + second();
  for (std::size_t k = 0; k < width; ++k) target[width * width + k] += of_second[k];
  for (std::size_t i = 0; i < width; ++i) {
    if (!(activity.first[i] > 0)) continue;
    for (std::size_t k = 0; k < width; ++k) {
      target[i * width + k] += activity.first[i] * of_second[k];
      of_first[i] += of_second[k] * weights[i * width + k];
    }
  }
  target = gradient.data();
  for (std::size_t k = 0; k < width; ++k) target[inputs_ * width + k] += of_first[k];
  for (const auto& [index, value] : inputs) {
    for (std::size_t k = 0; k < width; ++k) target[index * width + k] += value * of_first[k];
  }
}

void Perceptron::train(std::span<const Inputs> samples, std::span<const double> targets, int steps, Stream& draws) {
  if (samples.empty()) return;
  std::vector<float> gradient(parameters_.size()), mean(parameters_.size(), 0.0f), square(parameters_.size(), 0.0f);
  std::vector<std::uint32_t> order(samples.size());
  std::iota(order.begin(), order.end(), 0u);
  std::size_t next = order.size();
  float mean_left = 1, square_left = 1;
  for (int step = 0; step < steps; ++step) {
    std::ranges::fill(gradient, 0.0f);
    const auto size = std::min(batch, samples.size());
    for (std::size_t i = 0; i < size; ++i) {
      if (next == order.size()) {
        draws.shuffle(std::span(order));
        next = 0;
      }
      const auto sample = order[next++];
      const auto activity = forward(samples[sample]);
      backward(samples[sample], activity, (activity.output - float(targets[sample])) / float(size), gradient);
    }
    mean_left *= decay_of_mean;
    square_left *= decay_of_square;
    const float now = rate * float(steps - step) / float(steps) / (1 - mean_left), scale = 1 / (1 - square_left);
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
      mean[k] = decay_of_mean * mean[k] + (1 - decay_of_mean) * gradient[k];
      square[k] = decay_of_square * square[k] + (1 - decay_of_square) * gradient[k] * gradient[k];
      parameters_[k] -= now * mean[k] / (std::sqrt(square[k] * scale) + 1e-6f);
    }
  }
}

}   // namespace archipel
