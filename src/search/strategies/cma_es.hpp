#pragma once

#include "search/strategies/symmetric_eigen.hpp"
#include "search/strategy.hpp"

#include <cstdint>
#include <deque>
#include <vector>

namespace archipel {

/// CMA-ES with active covariance update (Hansen 2016, arXiv:1604.00772), for spaces of real and log-real genes, in the unit scale. A
/// generation is the next 4 + 3 ln(genes) candidates told. With a window some of them were asked before the last update: what counts
/// of a sample is its step from the mean that it was drawn around, so that the step size is not misled. Immigrants are external
/// solutions (Hansen 2011, arXiv:1110.4181): steps longer than samples make are shortened. When a run has converged, another one
/// begins elsewhere with twice the candidates (IPOP: Auger & Hansen 2005, CEC).
class CmaEs : public Strategy {
 public:
  /// InputError for genes of other kinds, a cell, or more than 400 genes.
  CmaEs(const StrategySettings& settings, const Space& space);
  Proposal ask(std::int64_t number, Stream& draws) override;
  void tell(Candidate candidate, Stream& draws) override;
  void immigrate(const Candidate& candidate) override;
  Population& population() override { return population_; }

 private:
  struct Sample {
    double fitness;
    std::vector<double> step;   // from the mean of its generation, in the sigma of then
  };
  struct Asked {
    std::int64_t number;
    int run;
    std::vector<double> step;
  };

  void begin(std::size_t batch_size);   // a run
  void learn(double fitness, std::vector<double> step);
  std::vector<double> step_to(const Genome& genome) const;   // from the mean
  void update();
  void decompose();
  bool converged();
  std::vector<double> whitened(const std::vector<double>& y) const;   // C^-1/2 y

  const Space& space_;
  std::size_t n_;
  Population population_;
  bool placed_ = false;   // whether the run has its mean

  // Constants of a run, named as in the tutorial.
  std::size_t lambda_ = 0;
  std::vector<double> weights_;
  double mu_eff_ = 0, c_sigma_ = 0, d_sigma_ = 0, c_c_ = 0, c_1_ = 0, c_mu_ = 0, chi_ = 0;

  std::vector<double> mean_, covariance_, path_sigma_, path_c_;
  double sigma_ = 0;
  SymmetricEigen eigen_;
  std::vector<double> scales_;   // square roots of the eigenvalues
  int run_ = 0, generation_ = 0, decomposed_ = 0;
  std::deque<Asked> in_flight_;
  std::vector<Sample> batch_;
  std::deque<double> best_;   // fitness of the last generations
};

}   // namespace archipel
