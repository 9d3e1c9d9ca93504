#pragma once

#include "search/evaluator.hpp"
#include "search/exchange.hpp"
#include "search/job.hpp"
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
  /// All that this team has to evaluate of what was asked so far, in order.
  std::vector<const Job*> jobs() const;
  /// Another team evaluates this one of `jobs` now, and shares its result with the crew. `team`: its place in the crew, -1 outside.
  Job lend(const Job& job, int team);
  /// Teams before it in the crew.
  int crew_index() const { return seat_.crew_index; }
  int crew_size() const { return seat_.crew_size; }
  /// Asked and not evaluated yet, by any team.
  std::size_t unfinished() const;
  /// All asks are made, and none is left for this team unless another fails at one.
  bool leaves_nothing() const { return !asks_left() && next_job() == nullptr; }

  bool ended() const { return ended_; }
  int id() const { return seat_.island; }
  std::uint64_t clock() const { return clock_; }   // budget spent by what was told
  /// The best candidates with different genomes, best first.
  const std::vector<Candidate>& elites() const { return elites_; }

 private:
  struct Pending {
    Job job;
    std::uint64_t finish;   // when, in virtual time
    bool lent;              // by this team
    std::optional<Result> result;
  };

  bool asks_left() const;
  bool may_ask() const {
    return asks_left() && asked_ - told_ < rules_.window && strategy_->wish() == Strategy::Wish::ask;
  }
  bool waits_for_us(const Pending& pending) const;
  void ask();
  void try_again(Pending& pending, int failed) const;   // on the crew's next team, or its own if one outside failed
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
  std::map<std::int64_t, int>
      retries_;   // asks that other teams made and failed at before this one made them: which team
  std::int64_t asked_ = 0, told_ = 0, migrations_ = 0;
  std::uint64_t asked_cost_ = 0, clock_ = 0, boundaries_ = 0;
  std::vector<std::uint64_t> free_;   // by team of the crew: when it is free, in virtual time
  std::uint64_t told_finish_ = 0;     // when the last result told was finished, in virtual time
  bool at_boundary_ = false, closed_ = false, ended_ = false;
  std::vector<Candidate> elites_;
};

}   // namespace archipel
