#pragma once

#include "search/evaluator.hpp"
#include "search/exchange.hpp"
#include "search/island.hpp"
#include "search/recorder.hpp"
#include "search/seat.hpp"

#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace archipel {

/// Everything about a search stage that all teams know: they compute it from the study, so nobody sends it.
struct ArchipelagoPlan {
  std::vector<IslandRules> rules;          // by island
  std::vector<std::vector<int>> senders;   // in-neighbours of each island, sorted
  std::function<std::unique_ptr<Strategy>(int island)> strategy;
  bool machine_outcomes = true;   // whether evaluations that fail twice become rows
  std::vector<std::size_t> objectives = {
      0};   // of the evaluator's, that the search optimises; the first is the fitness
};

/// Random genome `number` that the evaluator admits, for means over the space; the same for everybody.
Genome reference_genome(const Study& study, std::size_t stage, int number, const Space& space,
                        const Evaluator& evaluator);

/// InputError if the limits of the study refuse each of 64 random genomes at this stage's fidelity.
void check_limits(const Study& study, std::size_t stage, const Space& space, const Evaluator& evaluator);

/// The plan of a search stage. InputError as check_limits, and for a strategy that does not take the space. Budgets are split over the islands; a lag in cost is counted in mean boundaries: the mean
/// cost of 64 random genomes times the interval. `elites`: how many of its best each island remembers.
ArchipelagoPlan plan_search(const Study& study, std::size_t stage, const Space& space, const Evaluator& evaluator,
                            std::size_t elites);

/// The search of one team: its islands, from the first ask to the last packet. The same code runs on every team; nothing
/// is decided elsewhere.
class Archipelago {
 public:
  /// `seats`: the islands of this team, ascending. All references must outlive this. `rank` is noted with the rows.
  Archipelago(const ArchipelagoPlan& plan, const std::vector<Seat>& seats, const Space& space, Evaluator& evaluator,
              Exchange& exchange, Recorder& recorder, int rank = 0);

  /// Called between evaluations with the number done by this team: for progress lines.
  std::function<void(std::int64_t evaluated)> on_progress;
  /// Called with a line on each evaluation that failed for a reason of the machine.
  std::function<void(const std::string& text)> on_failure;
  /// Wall-clock budget in s; evaluations that begin later time out, islands told a late one end. Marked in the rows.
  double seconds = std::numeric_limits<double>::infinity();
  /// An evaluation with which the program died so often becomes a row with outcome error; 0: never.
  int deaths = 0;
  /// s slept before each evaluation: injected by tests.
  double delay = 0;
  /// Asked before each evaluation with the s that it must be given (0: unknown, or no evaluation begins), and between: true ends `run`.
  std::function<bool(double needed)> stop;

  /// For a stage of one island that all teams share: asked between evaluations, and within those of a team of one rank, with the number of
  /// evaluations that have no result and whether this team has done one. Other than 0 it ends `run` on all teams as `stop` does, so
  /// that teams of so many ranks can go on.
  std::function<int(std::size_t unfinished, bool done_one)> regroup;

  /// Of the team, and s that it has spent on messages between them so far: noted with the rows.
  int ranks = 1;
  std::function<double()> message_seconds;

  /// Which team this is, and those that help it, and it them, when one is free before the other: all or none of the teams have some, and
  /// each is among its neighbours' neighbours (hypercube_neighbours of search/placement.hpp). Results do not depend on it.
  int team = 0;
  std::vector<int> neighbours;

  /// s since any moment; decides only what a study with a wall-clock budget asked for. The replicas of a team must see the same.
  std::function<double()> now;

  /// The search loop, until all islands have ended or it is stopped. SystemError for an evaluation that fails twice if the plan
  /// allows no such rows.
  void run();
  /// Takes in what arrived, then evaluates one candidate or replays its row; false if there is none now.
  bool step();

  // The parts of a step, which a simulation in virtual time drives itself.
  bool absorb();                 // takes in what arrived and lets the islands go on; false if nothing arrived
  const Job* next_job() const;   // of the island with the smallest clock, or borrowed; null if all wait
  RunInfo begin(const Job& job, const Past& past = {});                           // notes the start
  void complete(const Job& job, Evaluation evaluation, RunInfo run, bool late);   // or hands it on for a retry
  bool ended() const;                                                             // the islands of this team

  /// How `run` ended: stopped, for teams of another size, or because all islands of this team have.
  static constexpr int stopped = 0, finished = std::numeric_limits<int>::max();
  int standing() const { return ended() ? finished : wanted_; }

  /// s that evaluations have taken so far, without messages between replicas.
  double busy() const { return busy_; }
  /// The elites of this team's islands, best first.
  std::vector<Candidate> elites() const;

 private:
  void evaluate(const Job& job, const Past& past);
  double needed(const Job& job) const;           // s, as far as known
  void replay(const Job& job, const Row& row);   // SystemError if it is not the row of this job
  void give_up(const Job& job, const Past& past);
  void commit(const Job& job, Evaluation evaluation, const RunInfo& run, bool late);   // the row, then tells
  Result result_of(const Origin& origin, const Evaluation& evaluation, bool late) const;
  void tell(const Result& result);   // the island, and the other teams of its crew
  bool hosts(int island) const;
  void look_at_teams();             // whether others would be better now
  void attend();                    // to messages, during an evaluation
  void lend();                      // what waits here to neighbours that are free; or says that this team is
  bool helps() const;               // or may yet be asked to
  void no_more_loans(bool helps);   // from this team
  void report(const Job& job, const Evaluation& evaluation) const;   // a failure
  template <class News>
  void hand(int island, News&& news);   // to an island, which goes on when `absorb` is called next

  const Evaluator& problem_;
  Evaluator& evaluator_;
  Exchange& exchange_;
  Recorder& recorder_;
  int rank_;
  bool machine_outcomes_;
  std::vector<std::size_t> objectives_;
  std::vector<Island> islands_;
  std::vector<std::size_t> stirred_;                           // islands with news
  std::set<std::pair<std::uint64_t, std::size_t>> with_job_;   // clock and index of the islands of which a job waits
  std::size_t lend_no_more_ = 0;                               // neighbours
  std::vector<int> free_;                                      // neighbours
  std::map<Origin, int> lent_;                                 // of what has not come back: who evaluates it
  std::list<Job> borrowed_;                                    // in order of arrival
  bool lends_ = true;
  const Job* running_ = nullptr;
  double attended_ = 0;   // when, s
  std::vector<Message> messages_;
  double start_ = 0;   // of `run`, s
  double busy_ = 0;
  double slowest_ = 0;   // s for a unit of cost, of the evaluations so far
  bool stopped_ = false;
  int wanted_ = 0;   // ranks of teams, if others than these
  std::int64_t evaluated_ = 0;
};

/// The best of `candidates` with different genomes, best first, at most `count`.
std::vector<Candidate> best_of(std::vector<Candidate> candidates, std::size_t count);

/// An objective of an evaluation with the sign that makes larger better, -infinity unless the outcome is ok.
double score_of(const Evaluation& evaluation, const Evaluator& evaluator, std::size_t objective);

}   // namespace archipel
