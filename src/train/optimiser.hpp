#pragma once

#include "study/study.hpp"

#include <span>
#include <vector>

namespace archipel::train {

/// What an optimiser remembers from step to step.
struct OptimiserState {
  std::vector<float> first, second;   // momentum or first moment; second moment of AdamW
  double power1 = 1, power2 = 1;      // powers of AdamW's decay rates
};

/// SGD with Nesterov momentum (Sutskever et al. 2013) or AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101) on flat parameters.
/// Weight decay applies to the first `decayed` ones alone.
class Optimiser {
 public:
  Optimiser(const TrainingSettings& settings, std::size_t decayed) : settings_(settings), decayed_(decayed) {}
  OptimiserState fresh(std::size_t parameters) const;
  /// One step. `gradient` is scaled in place first: by `factor`, and to a norm of at most the clip setting.
  void step(OptimiserState& state, std::span<float> parameters, std::span<float> gradient, double factor,
            double learning_rate) const;

 private:
  TrainingSettings settings_;
  std::size_t decayed_;
};

}   // namespace archipel::train
