#pragma once

#include "search/archipelago.hpp"

namespace archipel {

/// What a search would do to `teams` teams if messages took no time.
struct Utilisation {
  double busy = 0;       // share of teams x makespan spent in evaluations
  double makespan = 0;   // in the evaluator's integer cost units
  std::int64_t evaluations = 0;
};

/// How long a team takes for a job, in the evaluator's integer cost units.
using Duration = std::function<double(int team, const Job& job)>;

/// Runs the search loop of every team in this process, with a clock that jumps from one finished evaluation to the next.
/// `duration`: by default the nominal cost. `help`: teams that are free before others evaluate for them.
Utilisation simulate(
    const ArchipelagoPlan& plan, int teams, const Space& space, Evaluator& evaluator, Recorder& recorder,
    const Duration& duration = [](int, const Job& job) { return double(job.cost); }, bool help = true);

}   // namespace archipel
