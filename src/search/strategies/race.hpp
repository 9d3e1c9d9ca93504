#pragma once

#include "search/strategy.hpp"

#include <vector>

namespace archipel {

/// Given candidates, of which the best is wanted though evaluations are noisy: for stages that evaluate what an earlier one found. All
/// are evaluated once; those that may still be the best get another replicate, in rounds, until one is that with enough probability or
/// all of these have their share (racing: Maron & Moore 1994, NIPS; Birattari et al. 2002, GECCO; here by the posterior of
/// probability_of_best). Before the noise is known at all, the better half goes on.
class Race : public Strategy {
 public:
  struct Runner {
    Candidate given;
    std::vector<double> fitness;   // by replicate
    Candidate best;                // of its replicates, with the origin of its row
    double probability = 0;        // that it is the best; 0 while nothing is known of the noise
  };

  /// `candidates`: valid and distinct, at least one; their origins, rows of the stage before, stand as the first parents of the rows.
  /// `replicates`: at most, of one of them, 1 to 255.
  Race(std::vector<Candidate> candidates, int replicates, double confidence);

  Wish wish() const override;
  Proposal ask(std::int64_t number, Stream& draws) override;
  void tell(Candidate candidate, Stream& draws) override;
  Population& population() override { return population_; }

  /// Those that never failed, best mean first: that mean, the origin and weights of the best replicate.
  std::vector<Candidate> ranking() const;

 private:
  void plan_round();

  std::vector<Runner> runners_;
  int replicates_;
  double confidence_;
  struct Ask {
    std::size_t runner;
    int replicate;
  };
  std::vector<Ask> asks_;   // those of the present round included
  std::int64_t asked_ = 0, told_ = 0;
  Population population_;   // empty: nobody migrates
};

}   // namespace archipel
