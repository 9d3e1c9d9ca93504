#pragma once

#include "study/study.hpp"
#include "train/dataset.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace archipel::app {

/// The training files of a study, in the memory of this process. InputError if they cannot be read.
struct BenchImages {
  std::string images_path, labels_path;
  std::vector<std::uint8_t> pixels, labels;
  train::ImageSet set;

  BenchImages(const Study& study, const std::filesystem::path& study_file);
  BenchImages(const BenchImages&) = delete;
};

}   // namespace archipel::app
