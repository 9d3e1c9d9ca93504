#pragma once

#include "train/numerics.hpp"
#include "train/synthetic.hpp"
#include "train/trainer.hpp"

namespace archipel::train {

/// A small problem, and trainings of it that take a fraction of a second an epoch.
struct SmallTraining {
  SyntheticImages images{700, 4, 12, 1};
  TrainingData data{images.set, 200, 1};
  NetworkSpec network = network_of(every_operation(8), 1, 12, 12, 4);
  LocalSync local;
  SmallTraining() { prepare_process(); }

  static TrainingPlan plan(std::int64_t epochs) {
    TrainingPlan plan{.settings = {.shards = 4,
                                   .batch = 64,
                                   .learning_rate = 0.05,
                                   .label_smoothing = 0.1,
                                   .dropout = 0.2,
                                   .shift = 1,
                                   .flip = false}};
    plan.epochs = epochs;
    return plan;
  }
};

}   // namespace archipel::train
