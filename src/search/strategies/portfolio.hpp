#pragma once

#include "search/seen.hpp"
#include "search/strategy.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace archipel {

/// Several strategies on one island, whose budget goes to those that succeed: each ask is dealt to a member with a probability that
/// follows its share of recent successes, at least a tenth of an equal share (probability matching: Thierens 2005, GECCO). A success
/// is a result better than all before. Members learn of each other's results and of immigrants as islands do of immigrants, so none has
/// less to learn from than if it were alone; a genome that any of them asked is asked again only if a few more asks find no other.
/// A member is told the results of its own asks in order, so its window is at most the island's.
class Portfolio : public Strategy {
 public:
  /// InputError for a member that does not take the space.
  Portfolio(const StrategySettings& settings, const Space& space);
  Proposal ask(std::int64_t number, Stream& draws) override;
  void tell(Candidate candidate, Stream& draws) override;
  void immigrate(const Candidate& candidate) override;
  Population& population() override { return population_; }

 private:
  struct Member {
    std::unique_ptr<Strategy> strategy;
    std::int64_t asked = 0;
    double success = 0.5;   // moving average
  };
  struct Asked {
    std::int64_t number;
    std::size_t member;
  };

  std::size_t chosen(Stream& draws) const;
  void hand(Member& member, const Candidate& candidate);

  Population population_;
  std::vector<Member> members_;
  std::deque<Asked> in_flight_;
  Seen seen_;
  double best_;
};

}   // namespace archipel
