#pragma once

#include "search/neighbours.hpp"
#include "search/seen.hpp"
#include "search/strategy.hpp"

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

namespace archipel {

/// Local search (White et al. 2020, arXiv:2005.02960) by first improvement: neighbours of the incumbent, which differ by one change, in random
/// order; the first better one becomes the incumbent. At a local optimum up to 16 equal neighbours in a row take its place, then the next
/// climb begins, from a random genome or, every other time that one has come since, from two changes to the best immigrant (iterated
/// local search: Lourenço et al. 2003); an immigrant better than all that the island knows becomes the incumbent at once. Several asks
/// at once are several neighbours; while the last ones of a neighbourhood are awaited, the asks are starts, of which the best begins the
/// next climb. No genome is asked for twice while there is another within reach, so a climb ends where it meets an earlier one.
class LocalSearch : public Strategy {
 public:
  LocalSearch(const StrategySettings& settings, const Space& space);
  Proposal ask(std::int64_t number, Stream& draws) override;
  void tell(Candidate candidate, Stream& draws) override;
  void immigrate(const Candidate& candidate) override;
  Population& population() override { return population_; }

 private:
  struct Asked {
    std::int64_t number;
    bool is_start;
  };

  std::optional<Genome> next_neighbour(Stream& draws);
  Proposal start(Stream& draws);
  void climb_from(Candidate candidate);
  bool settled() const;   // nothing of the neighbourhood is in flight

  const Space& space_;
  Population population_;
  Seen seen_;
  std::deque<Asked> in_flight_;
  std::optional<Candidate> incumbent_, best_start_, immigrant_;
  std::vector<Change> changes_;     // of the incumbent, that are left
  bool enumerated_ = false;         // whether `changes_` are of the incumbent
  std::deque<Candidate> plateau_;   // equal to the incumbent
  int sideways_ = 0;                // steps on the plateau in a row
  bool starting_ = false;           // the neighbourhood is exhausted
  double best_known_ = -std::numeric_limits<double>::infinity();
  bool immigrant_is_next_ = false;   // who begins the next climb
};

}   // namespace archipel
