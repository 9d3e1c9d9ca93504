#pragma once

#include "train/dataset.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace archipel::train {

/// What images and labels are seen to be: figures that tell a person whether they are what was meant. No result depends on them.
struct Inspection {
  std::int64_t count = 0;
  int channels = 1, height = 0, width = 0;
  std::vector<std::int64_t> of_class;   // images by label, up to the largest label
  int lowest = 255, highest = 0;        // value of a pixel
  std::int64_t blank = 0;               // images with one value in each channel
  std::int64_t repeated = 0;            // images that equal an earlier one
  std::int64_t contradicted = 0;        // images with another label than most of their equals
  std::vector<std::uint64_t> prints;    // of the images, ascending: 56 bits of a hash, then the label
};

/// How many images of `some` are among those of `others`.
std::int64_t shared_images(const Inspection& some, const Inspection& others);

/// Looks at images, one after the other.
class Inspector {
 public:
  /// Of images of this shape and number with these labels; its pixels are not read.
  explicit Inspector(const ImageSet& set);

  /// The next pixels, in pieces of any size.
  void add(std::span<const std::uint8_t> pixels);
  /// When all were added.
  Inspection finish();

 private:
  void look(std::span<const std::uint8_t> image);

  Inspection seen_;
  std::span<const std::uint8_t> labels_;
  std::size_t image_bytes_;
  std::vector<std::uint8_t> begun_;   // an image whose end is yet to come
};

}   // namespace archipel::train
