#pragma once

#include "study/study.hpp"

#include <span>
#include <vector>

namespace archipel::train {

/// SGD with Nesterov momentum (Sutskever et al. 2013) or AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101) on flat parameters.
/// Weight decay applies to the first `decayed` ones alone.
class Optimiser {
 public:
  Optimiser(const TrainingSettings& settings, std::size_t parameters, std::size_t decayed);
  /// One step. `gradient` is scaled in place first: by `factor`, and to a norm of at most the clip setting.
  void step(std::span<float> parameters, std::span<float> gradient, double factor, double learning_rate);

 private:
  TrainingSettings settings_;
  std::size_t decayed_;
  std::vector<float> first_, second_;   // momentum or first moment; second moment of AdamW
  double power1_ = 1, power2_ = 1;      // powers of AdamW's decay rates
};

}   // namespace archipel::train
