#pragma once

#include "search/row.hpp"
#include "train/batch.hpp"
#include "train/gradient_sync.hpp"
#include "train/model.hpp"
#include "train/plan.hpp"

#include <functional>
#include <vector>

namespace archipel::train {

/// A network's weights: parameters, then running statistics, both flat as NetworkSpec lays them out.
struct Weights {
  std::vector<float> parameters, statistics;
  bool operator==(const Weights&) const = default;
};

struct Training {
  Outcome outcome = Outcome::ok;    // ok or diverged
  std::vector<Epoch> curve;         // one point an epoch; validation accuracy NaN where it was not measured
  double validation_accuracy = 0;   // share; NaN if diverged
  Weights weights;
};

/// Steps of one epoch over `samples`: a last partial batch is dropped, but a set smaller than a batch makes one step of whole shards.
/// Samples used in each step. InputError if there are fewer samples than shards.
struct Steps {
  std::int64_t count = 0, batch = 0;
};
Steps steps_of(const TrainingPlan& plan, std::int64_t samples);

/// Called after an epoch with the number of finished epochs: progress for people.
using AfterEpoch = std::function<void(std::int64_t)>;

/// Trains a network: a function of network, plan, data and `key` alone, whatever the number of replicas in `sync`.
Training train(const NetworkSpec& network, const TrainingPlan& plan, const TrainingData& data, std::uint64_t key,
               GradientSync& sync, const AfterEpoch& after_epoch = {});

/// Share of right answers on `positions` of `images`.
double accuracy(const NetworkSpec& network, const Weights& weights, const Standardiser& standardiser,
                const ImageSet& images, std::span<const std::uint32_t> positions);

}   // namespace archipel::train
