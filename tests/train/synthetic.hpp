#pragma once

#include "base/random.hpp"
#include "train/dataset.hpp"
#include "train/network.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace archipel::train {

/// Noise with a bright bar whose row tells the class: easy to learn, impossible to guess.
struct SyntheticImages {
  std::vector<std::uint8_t> pixels, labels;
  ImageSet set;

  SyntheticImages(int count, int classes, int size, std::uint64_t seed, int channels = 1)
      : pixels(std::size_t(count) * channels * size * size), labels(count) {
    std::size_t next = 0;
    for (int i = 0; i < count; ++i) {
      Stream draws(seed, Purpose::canary, 0, std::uint32_t(i), 0);
      labels[i] = std::uint8_t(draws.below(classes));
      const int bar = labels[i] * size / classes;
      for (int c = 0; c < channels; ++c)
        for (int y = 0; y < size; ++y)
          for (int x = 0; x < size; ++x) pixels[next++] = std::uint8_t(draws.below(150) + (y == bar ? 100 : 0));
    }
    set = {.pixels = pixels, .count = count, .channels = channels, .height = size, .width = size, .labels = labels};
  }
  /// The same images as if they were not in memory.
  ImageSet streamed() const {
    ImageSet other = set;
    other.pixels = {};
    other.read = [this](std::span<const std::uint32_t> positions, std::span<std::uint8_t> out) {
      const std::size_t bytes = set.image_bytes();
      for (std::size_t i = 0; i < positions.size(); ++i)
        std::copy_n(set.image(positions[i]), bytes, out.data() + i * bytes);
    };
    return other;
  }
  SyntheticImages(const SyntheticImages&) = delete;
  SyntheticImages& operator=(const SyntheticImages&) = delete;
};

inline std::vector<float> random_values(std::size_t count, std::uint64_t seed) {
  std::vector<float> values(count);
  Stream draws(seed, Purpose::canary, 1, 0, 0);
  for (auto& value : values) value = float(draws.normal());
  return values;
}

/// Every operation once, with sums of two and three terms and a node that feeds several others.
inline Architecture every_operation(int width) {
  return {.operations = {"conv3x3", "sep5x5", "maxpool", "conv1x1", "avgpool", "sep3x3", "conv5x5", "identity"},
          .inputs = {{0}, {0}, {1}, {1, 2}, {2}, {0, 4, 5}, {3}, {7}, {0, 6, 7, 8}},
          .widths = {width, 2 * width},
          .cells = {1, 2},
          .reduction = "avgpool"};
}

}   // namespace archipel::train
