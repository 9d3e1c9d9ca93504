#pragma once

#include "train/dataset.hpp"

#include <array>
#include <span>
#include <vector>

namespace archipel::train {

/// Random changes of a training image (0 and false: none).
struct Augmentation {
  int shift = 0;       // pixels at most, in both directions; what comes in is a pixel of value 0
  bool flip = false;   // left and right, half of the time
  int cutout = 0;      // side of a square of mean pixels anywhere (DeVries & Taylor 2017, arXiv:1708.04552)
};

/// Turns pixels into the network's input: standardised floats, channels last.
class Standardiser {
 public:
  explicit Standardiser(const TrainingData& data);

  /// Images `positions` of `images`, which are in memory -> out [positions, height, width, channels].
  void assemble(const ImageSet& images, std::span<const std::uint32_t> positions, float* out) const;
  /// The same with `augmentation`. The changes of an image are a function of key, epoch and its position alone.
  void assemble(const ImageSet& images, std::span<const std::uint32_t> positions, const Augmentation& augmentation,
                std::uint64_t key, int epoch, float* out) const;

 private:
  std::vector<std::array<float, 256>> tables_;   // by channel: standardised value of each pixel value
};

}   // namespace archipel::train
