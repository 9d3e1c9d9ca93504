#include "train/dataset.hpp"

#include "base/error.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace archipel::train {
namespace {

/// Shares `count` among groups in proportion to their sizes by largest remainder; ties go to the smaller group number.
std::vector<std::int64_t> proportional(std::span<const std::vector<std::uint32_t>> groups, std::int64_t count) {
  std::int64_t total = 0;
  for (const auto& group : groups) total += std::int64_t(group.size());
  std::vector<std::int64_t> quota(groups.size()), remainder(groups.size());
  std::int64_t left = count;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::int64_t product = count * std::int64_t(groups[g].size());
    quota[g] = product / total;
    remainder[g] = product % total;
    left -= quota[g];
  }
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++quota[order[i]];
  return quota;
}

/// A stratified sample of `count` of the positions in `groups` (by class), ascending.
std::vector<std::uint32_t> stratified(std::vector<std::vector<std::uint32_t>> groups, std::int64_t count,
                                      std::uint64_t key, Purpose purpose) {
  const auto quota = proportional(groups, count);
  std::vector<std::uint32_t> chosen;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    Stream draws(key, purpose, 0, std::uint32_t(g), 0);
    draws.shuffle(std::span(groups[g]));
    chosen.insert(chosen.end(), groups[g].begin(), groups[g].begin() + quota[g]);
  }
  std::ranges::sort(chosen);
  return chosen;
}

std::vector<std::vector<std::uint32_t>> by_class(std::span<const std::uint8_t> labels,
                                                 std::span<const std::uint32_t> positions) {
  std::vector<std::vector<std::uint32_t>> groups(256);
  for (const auto i : positions) groups[labels[i]].push_back(i);
  return groups;
}

}   // namespace

TrainingData::TrainingData(const ImageSet& images, std::int64_t validation, std::uint64_t seed) : images_(images) {
  const std::size_t pixels = std::size_t(images.count) * images.channels * images.height * images.width;
  if (images.count < 2 || images.pixels.size() != pixels || images.labels.size() != std::size_t(images.count))
    throw InputError("training data: " + std::to_string(images.count) + " images with " +
                     std::to_string(images.pixels.size()) + " pixels and " + std::to_string(images.labels.size()) +
                     " labels do not fit together");
  if (validation < 1 || validation >= images.count)
    throw InputError("data.validation = " + std::to_string(validation) + ": allowed 1 to " +
                     std::to_string(images.count - 1) + " for these training files");
  std::vector<std::uint32_t> all(images.count);
  std::iota(all.begin(), all.end(), 0u);
  validation_ = stratified(by_class(images.labels, all), validation, seed, Purpose::validation_split);
  std::ranges::set_difference(all, validation_, std::back_inserter(training_));

  std::array<bool, 256> trained{};
  for (const auto i : training_) {
    trained[images.labels[i]] = true;
    classes_ = std::max(classes_, images.labels[i] + 1);
  }
  for (const auto i : validation_)
    if (!trained[images.labels[i]])
      throw InputError("training data: label " + std::to_string(images.labels[i]) +
                       " is too rare to be split into training and validation");
  standardise();
  Hasher hasher;
  hasher.add(images.count).add(images.channels).add(images.height).add(images.width);
  hasher.add(std::as_bytes(images.pixels)).add(std::as_bytes(images.labels));
  digest_ = hasher.add(std::as_bytes(std::span(validation_))).digest();
}

void TrainingData::standardise() {
  const std::size_t plane = std::size_t(images_.height) * images_.width;
  for (int c = 0; c < images_.channels; ++c) {
    std::uint64_t sum = 0, squares = 0;
    for (const auto i : training_)
      for (const std::uint64_t value : images_.pixels.subspan((std::size_t(i) * images_.channels + c) * plane, plane)) {
        sum += value;
        squares += value * value;
      }
    const double count = double(training_.size()) * double(plane), mean = double(sum) / count;
    const double variance = double(squares) / count - mean * mean;
    mean_.push_back(float(mean));
    deviation_.push_back(variance > 1e-6 ? float(std::sqrt(variance)) : 1.0f);
  }
}

std::vector<std::uint32_t> TrainingData::subset(std::int64_t count) const {
  if (count < 0 || count > std::int64_t(training_.size()))
    throw InputError("fidelity.subset = " + std::to_string(count) + ": allowed 0 (all) to " +
                     std::to_string(training_.size()));
  if (count == 0 || count == std::int64_t(training_.size())) return training_;
  return stratified(by_class(images_.labels, training_), count, digest_.low, Purpose::subset);
}

}   // namespace archipel::train
