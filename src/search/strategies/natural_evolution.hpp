#pragma once

#include "search/seen.hpp"
#include "search/strategy.hpp"

#include <vector>

namespace archipel {

/// Natural-gradient search on a product distribution over the genes (Wierstra et al. 2014, JMLR 15: rank-based utilities; the score-function
/// estimator of Salimans et al. 2017, arXiv:1703.03864). Whole-numbered genes of at most 64 values have a probability for each value, whose
/// natural gradient is that of population-based incremental learning (Ollivier et al. 2017, JMLR 18), kept above a margin; other genes a
/// normal distribution in the unit scale (separable NES: Schaul et al. 2011, GECCO). One step for every batch told, of 4 + 3 ln(genes)
/// candidates, immigrants included; candidates that were asked before the last step count as samples of the new distribution. The
/// first batch is uniform. A genome that was asked before is drawn again, then changed: its evaluation would teach nothing.
class NaturalEvolution : public Strategy {
 public:
  NaturalEvolution(const StrategySettings& settings, const Space& space);
  Proposal ask(std::int64_t number, Stream& draws) override;
  void tell(Candidate candidate, Stream& draws) override;
  void immigrate(const Candidate& candidate) override;
  Population& population() override { return population_; }

 private:
  struct Marginal {
    std::vector<double> probabilities;   // of a counted gene
    double mean = 0.5, deviation = 0;    // of others
  };

  Genome sampled(Stream& draws) const;
  void learn(const Candidate& candidate);
  void step();

  const Space& space_;
  Population population_;
  std::size_t batch_size_;
  std::vector<double> utilities_;   // by rank, best first; sum 0
  double rate_;                     // of probabilities
  double deviation_rate_;
  std::vector<Marginal> marginals_;
  std::vector<Candidate> batch_;
  Seen seen_;
};

}   // namespace archipel
