#pragma once

#include "search/row.hpp"
#include "train/optimiser.hpp"
#include "train/weights.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace archipel::train {

/// Where a training stands between two steps. With network, plan, data and key it decides everything that follows.
struct TrainingState {
  std::int64_t epoch = 0, step = 0;   // the next ones; `step` within the epoch
  double loss = 0;                    // of the epoch's steps so far, each divided by their number in an epoch
  double learning_rate = 0;           // of the last step
  std::vector<Epoch> curve;           // of the finished epochs
  Weights weights;
  OptimiserState optimiser;
};

/// The content of a checkpoint, for this machine's byte order.
std::vector<std::byte> to_bytes(const TrainingState& state);
/// Nothing if `bytes` are not the state of a training with weights and optimiser of the sizes in `fresh`.
std::optional<TrainingState> state_from(std::span<const std::byte> bytes, const TrainingState& fresh);

}   // namespace archipel::train
