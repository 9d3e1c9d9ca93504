#pragma once

#include "io/idx.hpp"
#include "io/shards.hpp"
#include "train/dataset.hpp"

#include <memory>
#include <span>
#include <string>
#include <utility>

namespace archipel::app {

/// The images and labels of one part of a study's data, in files of either form.
class ImageFiles {
 public:
  /// Of two IDX files. InputError if they cannot be read or do not fit together.
  ImageFiles(std::string images_path, std::string labels_path);
  /// Of shards, which are called `name` in messages.
  ImageFiles(io::Shards shards, std::string name);

  /// Shape and number; shards give pixels by their `read`.
  train::ImageSet images() const;
  std::size_t image_bytes() const { return images().image_bytes() * std::size_t(images().count); }   // of all
  bool are_shards() const { return reader_ != nullptr; }
  const std::string& name() const { return images_path_; }
  const std::string& labels_name() const { return labels_path_; }

  /// InputError, which names the file, if they are not as they were when this was made.
  void read_pixels(std::span<std::uint8_t> pixels) const;
  void read_labels(std::span<std::uint8_t> labels) const;
  /// Of shape and values of images and labels, which are read in blocks and not kept: the same for both forms. `also` is given
  /// the pixels.
  std::pair<Digest, Digest> digests(const train::SeePixels& also = {}) const;

 private:
  std::string images_path_, labels_path_;
  io::IdxHeader header_, labels_header_;
  std::shared_ptr<const io::ShardReader> reader_;   // of shards
};

}   // namespace archipel::app
