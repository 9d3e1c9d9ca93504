#pragma once

#include "base/digest.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace archipel::train {

/// Images and their classes. The memory is somebody else's: one copy for all ranks of a node.
struct ImageSet {
  std::span<const std::uint8_t> pixels;   // [count, channels, height, width]
  int count = 0, channels = 1, height = 0, width = 0;
  std::span<const std::uint8_t> labels;   // [count], may be empty
};

/// The training files of a study, cut into a training and a validation part. The test set is not here: it stays sealed.
class TrainingData {
 public:
  /// Holds `validation` images out of `images`, from each class in proportion to its size, drawn by the study's seed.
  /// InputError if sizes do not agree, a class has no training image left or `validation` is not in [1, count).
  TrainingData(const ImageSet& images, std::int64_t validation, std::uint64_t seed);

  const ImageSet& images() const { return images_; }
  std::span<const std::uint32_t> training() const { return training_; }       // positions in images(), ascending
  std::span<const std::uint32_t> validation() const { return validation_; }   // likewise; disjoint from training()
  int classes() const { return classes_; }                                    // largest training label + 1
  /// Of the training part alone, by channel, pixels in [0, 255].
  std::span<const float> mean() const { return mean_; }
  std::span<const float> deviation() const { return deviation_; }   // 1 where a channel is constant
  /// Of all contents, shape and the split.
  const Digest& digest() const { return digest_; }

  /// `count` positions of training(), ascending, from each class in proportion: the same ones for every candidate.
  /// All of them for 0; InputError for more than there are.
  std::vector<std::uint32_t> subset(std::int64_t count) const;

 private:
  void standardise();

  ImageSet images_;
  std::vector<std::uint32_t> training_, validation_;
  int classes_ = 0;
  std::vector<float> mean_, deviation_;
  Digest digest_;
};

}   // namespace archipel::train
