#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace archipel::app {

/// What a stage will cost, as far as that is known before it runs. Costs in the evaluator's natural unit, the same for all stages.
struct StageCost {
  double each = 1;          // of one evaluation: mean of random genomes
  double evaluations = 0;   // 0: as many as `seconds` allow
  double budget = 0;        // of all evaluations together; 0: none
  double seconds = 0;       // that it may take by the wall clock; 0: no limit

  double total(double scale = 1) const { return budget > 0 ? budget : evaluations * each * scale; }
};

/// Where a stage stands. Shares: of its budget, what earlier starts of the program had spent of it and what is spent now.
struct StageStanding {
  double first_share = 0, share = 0;
  double elapsed = 0;   // s since this start began with the stage
  double each = 0;      // mean cost of the rows so far; 0: unknown
};

struct TimeLeft {
  double stage = 0, study = 0;   // s
};

/// At the speed of the stage so far; candidates of later stages cost more or less than random ones by as much as this stage's
/// do. None as long as nothing has been measured.
std::optional<TimeLeft> time_left(const std::vector<StageCost>& stages, std::size_t stage,
                                  const StageStanding& standing);

}   // namespace archipel::app
