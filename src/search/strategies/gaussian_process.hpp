#pragma once

#include "search/strategies/model_based.hpp"
#include "search/strategies/posterior.hpp"

namespace archipel {

/// Bayesian optimisation by a Gaussian process (Jones et al. 1998, Journal of Global Optimization 13): `population` random genomes;
/// from then on the genome of largest expected improvement among random ones and evolved variations of the best. Genes of all kinds,
/// conditions and cell graphs enter one Matern kernel by `Encoder`; asks in flight are believed to give their mean. Kernels are fitted
/// after 1/4 more genomes each time. It learns from at most 160 to 192 genomes (`History::selection`), so an ask costs about the
/// same ever after; of a window larger than 33 only the latest 32 asks in flight are seen.
class GaussianProcess : public ModelBased {
 public:
  GaussianProcess(const StrategySettings& settings, const Space& space);

 private:
  std::vector<Idea> ideas(Stream& draws) override;
  void learn();
  void condition(std::vector<std::uint32_t> chosen);   // on these of the observed
  std::vector<double> improvements(std::span<const Genome> genomes) const;

  Encoder encoder_;
  Posterior posterior_;
  std::vector<std::uint32_t> known_;      // what the posterior is conditioned on: indices of `observed`
  std::size_t seen_ = 0, next_fit_ = 0;   // numbers of genomes observed
  double best_ = 0;                       // of the targets
};

}   // namespace archipel
