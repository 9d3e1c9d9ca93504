#pragma once

#include "search/row.hpp"
#include "train/batch.hpp"
#include "train/engine.hpp"
#include "train/plan.hpp"
#include "train/weights.hpp"

#include <exception>
#include <functional>
#include <optional>
#include <vector>

namespace archipel::train {

struct Training {
  Outcome outcome = Outcome::ok;    // ok or diverged
  std::vector<Epoch> curve;         // one point an epoch; validation accuracy NaN where it was not measured
  double validation_accuracy = 0;   // share; NaN if diverged
  Weights weights;
};

/// Called after an epoch with the number of finished epochs: progress for people.
using AfterEpoch = std::function<void(std::int64_t)>;

/// What a training is watched by and kept in. Nothing here changes its result.
struct TrainingHooks {
  AfterEpoch after_epoch = {};
  std::function<bool()> abandon =
      {};   // asked before each step: true ends the training with Stopped, its state kept, on all replicas
  std::function<void(std::span<const std::byte>)> keep = {};   // is given the training's state, to begin from
  double interval = 60;                                        // s between two calls of `keep`
  std::optional<std::vector<std::byte>> begin_from = {};   // a state kept earlier; one of another training is ignored
};

/// What a training runs on. Nothing but the device, and on GPUs an order of sums that is not the tree's, changes its result.
struct Resources {
  GradientSync& sync;
  Device device = Device::cpu;
  std::size_t bucket = 256 << 10;   // bytes of gradients that travel between replicas together
};

/// Whether LibTorch's allocator, which reports a lack of memory by an error of its own, or another one failed.
bool is_lack_of_memory(const std::exception& error);

/// Runs `work` on every replica, which makes no collective call; if it fails on one, this throws on all. Collective.
void together(GradientSync& sync, const std::function<void()>& work);

/// Trains a network: a function of network, plan, data and `key` alone, whatever the number of replicas.
/// Collective over the replicas, of which there are at most as many as shards; all must begin from the same state. What one of
/// them throws ends the training on all: those that have no such exception throw std::bad_alloc or std::runtime_error.
Training train(const NetworkSpec& network, const TrainingPlan& plan, const TrainingData& data, std::uint64_t key,
               const Resources& on, const TrainingHooks& hooks = {});

/// Share of right answers on `positions` (ascending) of `images`, computed on the CPU.
double accuracy(const NetworkSpec& network, const Weights& weights, const Standardiser& standardiser,
                const ImageSet& images, std::span<const std::uint32_t> positions);

}   // namespace archipel::train
