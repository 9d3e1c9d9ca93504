#pragma once

#include "search/archipelago.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace archipel::stages {

/// Thrown on every team: the stage would end sooner with teams of so many ranks. It goes on where it was, with the rows and
/// checkpoints that are there.
struct OtherTeams {
  int ranks;
};

/// What a stage works with, on every team.
struct StageContext {
  const Study& study;
  std::size_t index;   // of the stage in the study
  const Space& space;
  Evaluator& evaluator;   // at the stage's fidelity
  int team, teams;
  Exchange& exchange;   // of this stage alone
  Recorder& recorder;
  std::function<void(std::int64_t evaluated)> on_progress;
  std::function<void(const std::string& text)> on_failure = {};
  // Noted with the rows: this rank, its team's size, and the s that the team has spent on messages between its ranks.
  int rank = 0, ranks = 1;
  std::function<double()> message_seconds = {};
  std::function<void(double seconds)> on_busy =
      {};             // told at the end what this team's evaluations took, without messages
  double delay = 0;   // s before each evaluation, injected by tests
  // How the program is stopped: see Archipelago::stop, Evaluator::abandon, Exchange::end.
  std::function<bool(double needed)> stop = {};
  std::function<bool()> overdue = {}, left = {};
  std::function<int(std::size_t unfinished, bool done_one)> regroup = {};   // Archipelago::regroup
  std::function<double()> now = {};   // Archipelago::now if it is not this process's own
};

/// Runs the archipelago of a `search` stage. Returns the best `finalists` genomes of all islands, best first, the same on
/// every team. Collective over the teams. Stopped on every team if one was stopped before its islands ended.
/// `given`: genomes that the islands evaluate first, dealt to them in turns; the same on every team.
std::vector<Candidate> search(const StageContext& context, std::size_t finalists,
                              const std::vector<Genome>& given = {});

/// Evaluates `finalists` at the stage's fidelity: one island without migration whose crew is all teams. Returns those that
/// succeeded, best first by validation, the same on every team. Collective over the teams. Throws OtherTeams if `regroup` wanted them.
std::vector<Candidate> evaluate(const StageContext& context, const std::vector<Candidate>& finalists);

/// Shape of a stage in the results file, known before it runs.
struct StageExtent {
  std::int64_t islands = 1;
  std::int64_t max_rows = 0;                   // per island
  std::int64_t max_migrations = 0;             // per island
  std::int64_t window = 1;                     // largest of its islands
  std::vector<std::size_t> objectives = {0};   // of the evaluator's, that it optimises
};
StageExtent extent_of(const Study& study, std::size_t index, const Space& space, const Evaluator& evaluator);

}   // namespace archipel::stages
