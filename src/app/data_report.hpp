#pragma once

#include "train/inspection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace archipel::app {

/// One data set of a study, as rank 0 saw it.
struct SeenData {
  enum class Part { training, task, test };
  Part part = Part::training;
  std::string name;   // "training", "test", or the task's
  train::Inspection seen;
  std::int64_t validation = 0;   // images held out of it
  std::int64_t trained = 0;      // of a test set: images that are training images, too
};

/// 60000 as "60,000".
std::string grouped(std::int64_t number);

/// "60,000 images of 28 x 28, 1 channel, values 0 to 255; 10 classes of 6,000": how the files are understood.
std::string understood(const SeenData& data);
/// The same in lines: images, classes, what else there is to know.
std::vector<std::string> described(const SeenData& data);

/// What may not be meant, a line each, which begins with the data set's name. `training`: the study's own training data.
std::vector<std::string> doubts(const SeenData& data, const SeenData& training);

/// InputError, which calls the data `where`, if all pixels of all images are equal: nothing could be learnt.
void check_not_blank(const train::Inspection& seen, const std::string& where);

}   // namespace archipel::app
