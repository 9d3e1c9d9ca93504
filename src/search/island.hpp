#pragma once

#include "search/evaluator.hpp"
#include "search/exchange.hpp"
#include "search/migration.hpp"
#include "search/recorder.hpp"
#include "search/seat.hpp"
#include "search/strategy.hpp"

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace archipel {

/// What an island needs besides its strategy. Costs are in the evaluator's integer units.
struct IslandRules {
  std::uint64_t seed = 1;
  std::uint32_t stage = 0;
  std::int64_t window = 8;
  std::int64_t max_asks = 0;                                            // evaluations, at least 1
  std::uint64_t max_cost = std::numeric_limits<std::uint64_t>::max();   // no ask once the costs of all asks reach it
  std::int64_t interval = 8;                                            // evaluations between boundaries
  std::int64_t migrants = 1;
  bool clock_counts_cost = true;   // otherwise boundaries
  std::uint64_t lag = 0;           // in units of the clock
  Selection select = Selection::best;
  Replacement replace = Replacement::worst;
  std::size_t elites = 0;   // how many of its best an island remembers
};

/// One evaluation to be done.
struct Job {
  Origin origin;
  Genome genome;
  Digest key;
  std::uint64_t cost = 1;    // of this evaluation
  std::uint64_t clock = 0;   // of the island after it
  std::array<Origin, 2> parents;
  Operator op = Operator::random;
  int attempt = 1;   // 2: the first failed for a reason of the machine
};

/// An island: strategy, window, clock, boundaries. A deterministic state machine that every team of its crew runs: its state
/// depends on results and packets, never on when they arrive or on who evaluated.
///
/// The order of events is fixed: asks 0 .. window - 1, then for m = 0, 1, ...: result m is told; after every `interval`-th a
/// boundary (a packet leaves, due migrants enter); ask m + window is made.
class Island {
 public:
  Island(const IslandRules& rules, Seat seat, std::unique_ptr<Strategy> strategy, const Space& space,
         const Evaluator& evaluator, std::vector<int> senders, std::vector<int> receivers);

  /// Goes on as far as results and packets allow: tells, crosses boundaries, asks.
  void advance(Exchange& exchange, Recorder& recorder);
  void add(const Result& result);   // of one of its asks: once, and once before it if the first attempt failed
  void add(Packet packet) { arrivals_.add(std::move(packet)); }

  /// The next ask that this team evaluates, or null. The job stays in place until its result is added.
  const Job* next_job() const;

  bool ended() const { return ended_; }
  int id() const { return seat_.island; }
  std::uint64_t clock() const { return clock_; }   // budget spent by what was told
  /// The best candidates with different genomes, best first.
  const std::vector<Candidate>& elites() const { return elites_; }

 private:
  struct Pending {
    Job job;
    int team;               // who of the crew evaluates it
    std::uint64_t finish;   // when, in virtual time
    std::optional<Result> result;
  };

  bool may_ask() const;
  void ask();
  void try_again(Pending& pending) const;   // on the next team of the crew
  void tell(Exchange& exchange);
  void leave(Exchange& exchange);   // the packet of a boundary, or the last one
  void enter(Recorder& recorder);   // due migrants
  void remember(const Candidate& candidate);
  Stream stream(Purpose purpose, std::int64_t number) const;
  std::uint64_t stamp() const { return rules_.clock_counts_cost ? clock_ : boundaries_; }

  IslandRules rules_;
  Seat seat_;
  std::unique_ptr<Strategy> strategy_;
  const Space& space_;
  const Evaluator& evaluator_;
  std::vector<int> receivers_;
  Arrivals arrivals_;
  bool has_senders_;

  std::deque<Pending> pending_;   // asks told_ .. asked_ - 1
  std::map<std::int64_t, Result>
      early_;   // of asks that another team of the crew made and evaluated before this one made them
  std::set<std::int64_t> retries_;   // asks that other teams made, and failed at, before this one made them
  std::int64_t asked_ = 0, told_ = 0, migrations_ = 0;
  std::uint64_t asked_cost_ = 0, clock_ = 0, boundaries_ = 0;
  std::vector<std::uint64_t> free_;   // by team of the crew: when it is free, in virtual time
  std::uint64_t told_finish_ = 0;     // when the last result told was finished, in virtual time
  bool at_boundary_ = false, closed_ = false, ended_ = false;
  std::vector<Candidate> elites_;
};

}   // namespace archipel
