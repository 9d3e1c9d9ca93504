#pragma once

#include "train/dataset.hpp"
#include "train/network.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace archipel::train {

/// What a measured piece of a training took.
struct LoopTime {
  std::int64_t images = 0;
  double wall = 0, processor = 0;   // s
  double loss = 0;                  // mean over its steps, nat
  /// Of the wall time, by name; the same names in each measurement; empty: not measured.
  std::vector<std::pair<std::string, double>> shares;
};

/// Steps before the clock starts.
inline constexpr int warm_up_steps = 3;

/// Trainings as users of LibTorch write them, to compare with ours: all images standardised in memory, a batch by index_select, one
/// library call for each layer, autograd, torch::optim::SGD. The same networks, initial weights, order of samples and learning rates.
class PlainLoop {
 public:
  virtual ~PlainLoop() = default;
  PlainLoop(const PlainLoop&) = delete;

  /// `steps` steps of a training from the start, after `warm_up` others.
  virtual LoopTime train(const NetworkSpec& network, const TrainingSettings& settings, std::int64_t steps,
                         int warm_up = warm_up_steps) = 0;

 protected:
  PlainLoop() = default;
};

/// `data` must outlive it. `channels_last`: the layout of images and weights; else contiguous.
std::unique_ptr<PlainLoop> plain_loop(const TrainingData& data, bool channels_last);

/// Floating-point operations in a second that LibTorch's kernels reach on this core, by processor time: products of float matrices of
/// 1024 x 1024 by its BLAS, and the same product as a convolution of 1 x 1 by oneDNN; convolutions (forward, 3 x 3, 64 to 64 channels on
/// 28 x 28 pixels, channels last, 32 images).
struct Peaks {
  double blas = 0, gemm = 0, convolution = 0;
};
Peaks measure_peaks();

}   // namespace archipel::train
