#include "train/inspection.hpp"

#include "base/digest.hpp"

#include <algorithm>
#include <cstring>

namespace archipel::train {
namespace {

constexpr int label_bits = 8;

bool has_one_value(std::span<const std::uint8_t> plane) {
  return std::memcmp(plane.data(), plane.data() + 1, plane.size() - 1) == 0;
}

}   // namespace

std::int64_t shared_images(const Inspection& some, const Inspection& others) {
  std::int64_t shared = 0;
  auto other = others.prints.begin();
  for (const auto print : some.prints) {
    while (other != others.prints.end() && *other >> label_bits < print >> label_bits) ++other;
    shared += other != others.prints.end() && *other >> label_bits == print >> label_bits;
  }
  return shared;
}

Inspector::Inspector(const ImageSet& set) : labels_(set.labels), image_bytes_(set.image_bytes()) {
  seen_.count = set.count;
  seen_.channels = set.channels;
  seen_.height = set.height;
  seen_.width = set.width;
  for (const auto label : labels_) {
    if (label >= seen_.of_class.size()) seen_.of_class.resize(std::size_t(label) + 1);
    ++seen_.of_class[label];
  }
  seen_.prints.reserve(labels_.size());
}

void Inspector::add(std::span<const std::uint8_t> pixels) {
  while (!pixels.empty()) {
    if (begun_.empty() && pixels.size() >= image_bytes_) {
      look(pixels.first(image_bytes_));
      pixels = pixels.subspan(image_bytes_);
      continue;
    }
    const auto part = pixels.first(std::min(pixels.size(), image_bytes_ - begun_.size()));
    begun_.insert(begun_.end(), part.begin(), part.end());
    pixels = pixels.subspan(part.size());
    if (begun_.size() < image_bytes_) return;
    look(begun_);
    begun_.clear();
  }
}

void Inspector::look(std::span<const std::uint8_t> image) {
  if (seen_.lowest > 0 || seen_.highest < 255) {
    const auto [lowest, highest] = std::ranges::minmax(image);
    seen_.lowest = std::min(seen_.lowest, int(lowest));
    seen_.highest = std::max(seen_.highest, int(highest));
  }
  const std::size_t plane = std::size_t(seen_.height) * std::size_t(seen_.width);
  bool blank = plane > 1;
  for (std::size_t c = 0; blank && c < std::size_t(seen_.channels); ++c)
    blank = has_one_value(image.subspan(c * plane, plane));
  seen_.blank += blank;
  const auto print = checksum_of(std::as_bytes(image)) << label_bits;
  seen_.prints.push_back(print | (labels_.empty() ? 0 : labels_[seen_.prints.size()]));
}

Inspection Inspector::finish() {
  auto& prints = seen_.prints;
  std::ranges::sort(prints);
  const auto image = [](std::uint64_t print) { return print >> label_bits; };
  for (auto first = prints.begin(); first != prints.end();) {   // equal images, by label
    const auto end = std::find_if(first, prints.end(), [&](auto print) { return image(print) != image(*first); });
    std::ptrdiff_t commonest = 0;
    for (auto label = first; label != end;) {
      const auto next = std::find_if(label, end, [&](auto print) { return print != *label; });
      commonest = std::max(commonest, next - label);
      label = next;
    }
    seen_.repeated += end - first - 1;
    seen_.contradicted += end - first - commonest;
    first = end;
  }
  return std::move(seen_);
}

}   // namespace archipel::train
