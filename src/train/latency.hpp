#pragma once

#include "train/network.hpp"

#include <array>
#include <string>
#include <utility>

namespace archipel::train {

// The time that a network takes for one batch of images on a CPU (host_prediction.hpp), modelled as the sum over its layers of an affine
// function of their work, with a calibration that the study holds: so it is a function of study and genome, whatever machine computes it. Or measured.

/// Kind of layer in the sense of the calibration: stem, conv3x3, depthwise5x5, maxpool, sum, ... "" for those that take no time,
/// input and normalisations, which are folded into the layer before.
std::string operation_of(const Layer& layer);

/// What the time of a layer is affine in: 1, multiply-accumulates, values read and written.
std::array<double, 3> work_of(const NetworkSpec& network, const Layer& layer, std::int64_t images);

class LatencyModel {
 public:
  explicit LatencyModel(LatencySettings settings) : settings_(std::move(settings)) {}

  /// us for one batch. InputError for a layer that the calibration does not know.
  double microseconds(const NetworkSpec& network) const;

 private:
  LatencySettings settings_;
};

/// us that a batch takes here and now: median of `repeats` predictions on this thread, with weights of no meaning.
double measured_microseconds(const NetworkSpec& network, int images, int repeats);

/// InputError if the calibration lacks an operation of some network of the space.
void check_latency(const LatencySettings& settings, const Space& space);

}   // namespace archipel::train
