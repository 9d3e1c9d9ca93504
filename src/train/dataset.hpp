#pragma once

#include "base/digest.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace archipel::train {

/// Reads the images at `positions` (ascending) into `pixels`, one behind the other. Several threads may call it at once.
/// SystemError if they cannot be read.
using ReadImages = std::function<void(std::span<const std::uint32_t> positions, std::span<std::uint8_t> pixels)>;

/// Images and their classes. The memory is somebody else's: one copy for all ranks of a node.
struct ImageSet {
  std::span<const std::uint8_t> pixels;   // [held, channels, height, width]; empty: `read` gives them
  int count = 0, channels = 1, height = 0, width = 0;
  std::span<const std::uint8_t> labels;       // [count], may be empty
  ReadImages read = {};                       // of images larger than memory
  std::span<const std::uint32_t> held = {};   // positions of the images in `pixels`, ascending; empty: all

  std::size_t image_bytes() const { return std::size_t(channels) * std::size_t(height) * std::size_t(width); }
  /// The pixels of an image that is in memory.
  const std::uint8_t* image(std::uint32_t position) const {
    return pixels.data() + (held.empty() ? position : place(position)) * image_bytes();
  }
  /// The same set with other images in memory.
  ImageSet holding(std::span<const std::uint32_t> positions, std::span<const std::uint8_t> values) const;

 private:
  std::size_t place(std::uint32_t position) const;
};

/// Calls `use` with the first position and the pixels of one block of images after the other, about a MiB each.
void for_each_block(const ImageSet& images,
                    const std::function<void(std::uint32_t first, std::span<const std::uint8_t> pixels)>& use);

/// Is given all pixels of a data set, block by block in their order.
using SeePixels = std::function<void(std::span<const std::uint8_t> pixels)>;

/// What a pass over all pixels of a data set tells.
struct DataFacts {
  std::vector<float> mean,
      deviation;   // by channel, of the training part alone, pixels in [0, 255]; deviation 1 if constant
  Digest digest;   // of all contents, shape and the split

  std::vector<std::byte> to_bytes() const;
  static DataFacts from_bytes(std::span<const std::byte> bytes, int channels);
  static std::size_t bytes(int channels) { return sizeof(Digest) + 2 * sizeof(float) * std::size_t(channels); }
};

/// The training files of a study, cut into a training and a validation part. The test set is not here: it stays sealed.
class TrainingData {
 public:
  /// Holds `validation` images out of `images`, from each class in proportion to its size, drawn by the study's seed.
  /// InputError if sizes do not agree, a class has no training image left or `validation` is not in [1, count).
  /// `facts`: of an equal one, made elsewhere, which saves the pass over the pixels. `also` is given what the pass reads.
  TrainingData(const ImageSet& images, std::int64_t validation, std::uint64_t seed, DataFacts facts = {},
               const SeePixels& also = {});
  TrainingData(const TrainingData&) = delete;

  /// Keeps pixels of the validation part, [validation().size(), channels, height, width], which need not be read again then.
  void hold_validation(std::span<const std::uint8_t> pixels) { validated_ = images_.holding(validation_, pixels); }

  const ImageSet& images() const { return images_; }
  /// The set with its validation part in memory, where it is held.
  const ImageSet& validation_images() const { return validated_; }
  std::span<const std::uint32_t> training() const { return training_; }       // positions in images(), ascending
  std::span<const std::uint32_t> validation() const { return validation_; }   // likewise; disjoint from training()
  int classes() const { return classes_; }                                    // largest training label + 1
  const DataFacts& facts() const { return facts_; }
  std::span<const float> mean() const { return facts_.mean; }
  std::span<const float> deviation() const { return facts_.deviation; }
  const Digest& digest() const { return facts_.digest; }

  /// `count` positions of training(), ascending, from each class in proportion: the same ones for every candidate.
  /// All of them for 0; InputError for more than there are.
  std::vector<std::uint32_t> subset(std::int64_t count) const;
  /// The same InputError, at once.
  void check_subset(std::int64_t count) const;

 private:
  void look_at_pixels(const SeePixels& also);

  ImageSet images_, validated_;
  std::vector<std::uint32_t> training_, validation_;
  int classes_ = 0;
  DataFacts facts_;
};

}   // namespace archipel::train
