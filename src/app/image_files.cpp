#include "app/image_files.hpp"

#include "base/error.hpp"

#include <numeric>
#include <vector>

namespace archipel::app {

ImageFiles::ImageFiles(std::string images_path, std::string labels_path)
    : images_path_(std::move(images_path)),
      labels_path_(std::move(labels_path)),
      header_(io::read_idx_header(images_path_, 3)),
      labels_header_(io::read_idx_header(labels_path_, 1)) {
  if (labels_header_.shape[0] != header_.shape[0])
    throw InputError(labels_path_ + ": " + std::to_string(labels_header_.shape[0]) + " labels, but " + images_path_ +
                     " has " + std::to_string(header_.shape[0]) + " images; the numbers must be equal");
}

ImageFiles::ImageFiles(io::Shards shards, std::string name)
    : images_path_(std::move(name)),
      labels_path_(images_path_),
      reader_(std::make_shared<io::ShardReader>(std::move(shards))) {}

train::ImageSet ImageFiles::images() const {
  if (!reader_)
    return {.count = header_.shape[0], .channels = 1, .height = header_.shape[1], .width = header_.shape[2]};
  const auto& shards = reader_->shards();
  return {.count = shards.count(),
          .channels = shards.channels,
          .height = shards.height,
          .width = shards.width,
          .read = [reader = reader_](auto positions, auto pixels) { reader->read_images(positions, pixels); }};
}

void ImageFiles::read_pixels(std::span<std::uint8_t> pixels) const {
  if (!reader_) return io::read_idx(images_path_, header_, pixels);
  std::vector<std::uint32_t> all(std::size_t(images().count));
  std::iota(all.begin(), all.end(), 0u);
  reader_->read_images(all, pixels);
}

void ImageFiles::read_labels(std::span<std::uint8_t> labels) const {
  if (!reader_) return io::read_idx(labels_path_, labels_header_, labels);
  reader_->read_labels(labels);
}

std::pair<Digest, Digest> ImageFiles::digests(const train::SeePixels& also) const {
  if (!reader_) {
    const auto labels = io::digest_of_idx(labels_path_, labels_header_);
    return {io::digest_of_idx(images_path_, header_, also), labels};
  }
  const auto set = images();
  Hasher pixels, labels;
  pixels.add(set.count);
  if (set.channels > 1) pixels.add(set.channels);   // as in the shape of an IDX file
  pixels.add(set.height).add(set.width);
  train::for_each_block(set, [&](auto, auto block) {
    pixels.add(std::as_bytes(block));
    if (also) also(block);
  });
  std::vector<std::uint8_t> classes(std::size_t(set.count));
  read_labels(classes);
  return {pixels.digest(), labels.add(set.count).add(std::as_bytes(std::span(classes))).digest()};
}

}   // namespace archipel::app
