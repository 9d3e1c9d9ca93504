#include "train/dataset.hpp"

#include "base/error.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

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

ImageSet ImageSet::holding(std::span<const std::uint32_t> positions, std::span<const std::uint8_t> values) const {
  ImageSet set = *this;
  set.held = positions;
  set.pixels = values;
  return set;
}

std::size_t ImageSet::place(std::uint32_t position) const {
  return std::size_t(std::ranges::lower_bound(held, position) - held.begin());
}

std::vector<std::byte> DataFacts::to_bytes() const {
  std::vector<std::byte> all;
  for (const auto part :
       {std::as_bytes(std::span(&digest, 1)), std::as_bytes(std::span(mean)), std::as_bytes(std::span(deviation))})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

DataFacts DataFacts::from_bytes(std::span<const std::byte> bytes, int channels) {
  DataFacts facts{.mean = std::vector<float>(channels), .deviation = std::vector<float>(channels)};
  const auto take = [&](void* to, std::size_t size) {
    std::memcpy(to, bytes.data(), size);
    bytes = bytes.subspan(size);
  };
  take(&facts.digest, sizeof(Digest));
  take(facts.mean.data(), facts.mean.size() * sizeof(float));
  take(facts.deviation.data(), facts.deviation.size() * sizeof(float));
  return facts;
}

TrainingData::TrainingData(const ImageSet& images, std::int64_t validation, std::uint64_t seed, DataFacts facts,
                           const SeePixels& also)
    : images_(images), validated_(images), facts_(std::move(facts)) {
  const std::size_t pixels = std::size_t(images.count) * images.image_bytes();
  if (images.count < 2 || (!images.read && images.pixels.size() != pixels) ||
      images.labels.size() != std::size_t(images.count))
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
  if (facts_.mean.empty()) look_at_pixels(also);
}

void for_each_block(const ImageSet& images,
                    const std::function<void(std::uint32_t, std::span<const std::uint8_t>)>& use) {
  const std::size_t bytes = images.image_bytes(), most = std::max<std::size_t>(1, (std::size_t{1} << 20) / bytes);
  std::vector<std::uint8_t> block;
  std::vector<std::uint32_t> positions;
  for (std::size_t first = 0; first < std::size_t(images.count); first += most) {
    const std::size_t count = std::min(most, std::size_t(images.count) - first);
    auto pixels = images.pixels;
    if (pixels.empty()) {
      positions.resize(count);
      block.resize(count * bytes);
      std::iota(positions.begin(), positions.end(), std::uint32_t(first));
      images.read(positions, block);
      pixels = block;
    } else {
      pixels = pixels.subspan(first * bytes, count * bytes);
    }
    use(std::uint32_t(first), pixels);
  }
}

void TrainingData::look_at_pixels(const SeePixels& also) {
  const std::size_t plane = std::size_t(images_.height) * images_.width, channels = std::size_t(images_.channels);
  std::vector<std::uint64_t> sums(channels), squares(channels);
  Hasher hasher;
  hasher.add(images_.count).add(images_.channels).add(images_.height).add(images_.width);
  auto trained = training_.begin();
  for_each_block(images_, [&](std::uint32_t first, std::span<const std::uint8_t> block) {
    hasher.add(std::as_bytes(block));
    if (also) also(block);
    const std::size_t end = first + block.size() / images_.image_bytes();
    for (; trained != training_.end() && *trained < end; ++trained)
      for (std::size_t c = 0; c < channels; ++c)
        for (const std::uint64_t value : block.subspan(((*trained - first) * channels + c) * plane, plane)) {
          sums[c] += value;
          squares[c] += value * value;
        }
  });
  for (std::size_t c = 0; c < channels; ++c) {
    const double count = double(training_.size()) * double(plane), mean = double(sums[c]) / count;
    const double variance = double(squares[c]) / count - mean * mean;
    facts_.mean.push_back(float(mean));
    facts_.deviation.push_back(variance > 1e-6 ? float(std::sqrt(variance)) : 1.0f);
  }
  hasher.add(std::as_bytes(images_.labels));
  facts_.digest = hasher.add(std::as_bytes(std::span(validation_))).digest();
}

void TrainingData::check_subset(std::int64_t count) const {
  if (count < 0 || count > std::int64_t(training_.size()))
    throw InputError("fidelity.subset = " + std::to_string(count) + ": allowed 0 (all) to " +
                     std::to_string(training_.size()));
}

std::vector<std::uint32_t> TrainingData::subset(std::int64_t count) const {
  check_subset(count);
  if (count == 0 || count == std::int64_t(training_.size())) return training_;
  return stratified(by_class(images_.labels, training_), count, digest().low, Purpose::subset);
}

}   // namespace archipel::train
