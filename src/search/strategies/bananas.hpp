#pragma once

#include "search/strategies/model_based.hpp"
#include "search/strategies/perceptron.hpp"

namespace archipel {

/// The inputs of a network that predicts fitness: each choice of a categorical gene, the place of a numeric one, whether a numeric gene is
/// active, and the paths of a cell (White et al. 2021, arXiv:1910.11858) by their hash, with the number of its edges.
class InputEncoder {
 public:
  /// `space` must outlive it.
  explicit InputEncoder(const Space& space);
  Inputs encode(const Genome& genome) const;
  std::size_t size() const { return size_; }

 private:
  const Space& space_;
  std::vector<std::size_t> genes_;   // outside of the cell, with more than one value
  std::size_t paths_ = 0, size_ = 0;
};

/// BANANAS (White et al. 2021, arXiv:1910.11858): `population` random genomes; from then on an ensemble of five networks predicts the
/// fitness of random genomes and of variations of the best, and the genome with the largest draw from a normal distribution of the
/// ensemble's mean and deviation is asked (independent Thompson sampling). The networks are trained anew after 1/20 more genomes, at
/// least 4 and at most 100, on at most 256 of them (`History::selection`), so an ask costs about the same ever after.
class Bananas : public ModelBased {
 public:
  Bananas(const StrategySettings& settings, const Space& space) : ModelBased(settings, space), encoder_(space) {}

 private:
  std::vector<Idea> ideas(Stream& draws) override;
  void train(Stream& draws);

  InputEncoder encoder_;
  std::vector<Perceptron> ensemble_;
  std::size_t next_training_ = 0;   // number of genomes observed
};

}   // namespace archipel
