#include "train/batch.hpp"

#include "base/random.hpp"

#include <algorithm>

namespace archipel::train {
namespace {

struct Change {
  int down = 0, right = 0;
  bool flip = false;
  int top = 0, bottom = 0, left = 0, end = 0;   // cut-out: rows [top, bottom), columns [left, end)
};

Change draw(const Augmentation& augmentation, int height, int width, Stream draws) {
  Change change;
  if (augmentation.shift > 0) {
    change.down = int(draws.below(2 * augmentation.shift + 1)) - augmentation.shift;
    change.right = int(draws.below(2 * augmentation.shift + 1)) - augmentation.shift;
  }
  if (augmentation.flip) change.flip = draws.below(2) == 1;
  if (augmentation.cutout > 0) {   // the centre lies anywhere, so that parts of the square may lie outside
    const int top = int(draws.below(height)) - augmentation.cutout / 2,
              left = int(draws.below(width)) - augmentation.cutout / 2;
    change.top = std::max(top, 0);
    change.bottom = std::min(top + augmentation.cutout, height);
    change.left = std::max(left, 0);
    change.end = std::min(left + augmentation.cutout, width);
  }
  return change;
}

}   // namespace

Standardiser::Standardiser(const TrainingData& data) : tables_(data.images().channels) {
  for (std::size_t c = 0; c < tables_.size(); ++c)
    for (int v = 0; v < 256; ++v) tables_[c][v] = (float(v) - data.mean()[c]) / data.deviation()[c];
}

void Standardiser::assemble(const ImageSet& images, std::span<const std::uint32_t> positions, float* out) const {
  assemble(images, positions, Augmentation{}, 0, 0, out);
}

void Standardiser::assemble(const ImageSet& images, std::span<const std::uint32_t> positions,
                            const Augmentation& augmentation, std::uint64_t key, int epoch, float* out) const {
  const int channels = images.channels, height = images.height, width = images.width;
  const std::size_t plane = std::size_t(height) * width;
  const bool changing = augmentation.shift > 0 || augmentation.flip || augmentation.cutout > 0;
  for (const auto position : positions) {
    Change change;
    if (changing)
      change = draw(augmentation, height, width, Stream(key, Purpose::augment, 0, std::uint32_t(epoch), position));
    const std::uint8_t* pixels = images.image(position);
    for (int c = 0; c < channels; ++c) {
      const auto& table = tables_[c];
      const std::uint8_t* image = pixels + std::size_t(c) * plane;
      const int first = std::max(0, change.right),
                last = std::min(width, width + change.right);   // columns that come from the image
      for (int y = 0; y < height; ++y) {
        float* row = out + std::size_t(y) * width * channels + c;
        const int from = y - change.down;
        const bool inside = from >= 0 && from < height;
        for (int x = 0; x < width; ++x) {
          int column = x - change.right;
          if (change.flip) column = width - 1 - column;
          const bool pixel = inside && x >= first && x < last;
          row[std::size_t(x) * channels] = table[pixel ? image[std::size_t(from) * width + column] : 0];
        }
      }
      for (int y = change.top; y < change.bottom; ++y)
        for (int x = change.left; x < change.end; ++x) out[(std::size_t(y) * width + x) * channels + c] = 0.0f;
    }
    out += plane * channels;
  }
}

}   // namespace archipel::train
