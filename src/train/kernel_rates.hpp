#pragma once

#include "train/network.hpp"

namespace archipel::train {

/// Images that one core could train on in a second if training consisted of oneDNN's kernels for the layers alone: each is timed by
/// itself, its operands in the caches as far as they fit there, in the quickest of the layouts that oneDNN has for it.
struct KernelRates {
  double kernels = 0;        // all layers but the classifier, and the sums of gradients
  double convolutions = 0;   // dense convolutions only
};
/// `images` that a kernel works on at a time; by processor time.
KernelRates measure_kernel_rates(const NetworkSpec& network, int images);

}   // namespace archipel::train
