#pragma once

#include "search/strategies/kernel.hpp"
#include "search/strategies/triangular.hpp"

namespace archipel {

/// A Gaussian process conditioned on points (Rasmussen & Williams 2006, Gaussian Processes for Machine Learning, algorithm 2.1),
/// which come and go at the end without a new factorisation.
class Posterior {
 public:
  Posterior(const Encoder& encoder, std::size_t capacity);

  /// Forgets all points.
  void restart(Kernel kernel);
  std::size_t size() const { return points_.size(); }
  const Kernel& kernel() const { return kernel_; }
  void add(Features features);
  void shrink(std::size_t size);
  /// The values at the first points. Those behind them stand for values equal to their means ("kriging believer", Ginsbourger
  /// et al. 2010), which narrow the deviation and leave the mean.
  void learn(std::span<const double> targets);
  void predict(std::span<const Features> at, std::span<double> means, std::span<double> deviations) const;

 private:
  const Encoder& encoder_;
  Kernel kernel_;
  Points points_;
  Triangular factor_;
  std::vector<double> alpha_;   // inverse(covariance) targets
  double signal_ = 1;           // variance
};

}   // namespace archipel
