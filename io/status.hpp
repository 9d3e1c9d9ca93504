#pragma once

#include "io/finalists.hpp"
#include "search/row.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace archipel::io {

/// Exit codes of `status --exit-code`. Fruitless: finished, and no candidate of the last stage succeeded.
// `copy`: a packed one of an unfinished study, which does not go on.
enum class Health { finished = 0, broken = 1, resumable = 3, fruitless = 4, copy = 5 };
inline bool is_over(Health health) { return health == Health::finished || health == Health::fruitless; }

struct StageStatus {
  std::string name;   // "0-search"
  std::string kind;
  std::int64_t islands = 0, islands_ended = 0;
  std::int64_t rows = 0;
  std::int64_t most_rows = 0;   // that the budget allows
  std::int64_t broken = 0;      // rows that do not hold; a resume makes them again
  // What ended islands should have but do not: damaged, or lost with a node.
  std::int64_t missing = 0, missing_migrations = 0;
  std::int64_t migrations = 0, broken_migrations = 0;
  std::int64_t taken = 0;       // migrants that entered a population
  std::int64_t offspring = 0;   // rows with a parent from another island
  std::map<Outcome, std::int64_t> outcomes;
  double cost = 0;   // of all rows, in `cost_unit`
  std::string cost_unit;
  double seconds = 0;                      // of all evaluations, wall time of each of their ranks
  std::string objective, objective_unit;   // the first
  std::optional<Row> best;   // by the first objective, then by origin; outcome ok; of a race the winner, with the mean
  std::vector<Finalist> race;                        // of an evaluate stage that repeated some
  std::vector<Row> front;                            // of a stage with several objectives, as Front::rows
  double hypervolume = 0;                            // as Front::hypervolume
  bool front_missing = false;                        // in the file, though the stage has ended
  std::vector<std::pair<double, double>> openings;   // validation, test
};

struct Status {
  std::string path;
  Health health = Health::resumable;
  std::string problem;    // why it is broken
  bool changed = false;   // as ResultsReader::changed
  std::uint64_t seed = 0;
  std::size_t genes = 0;
  std::vector<StageStatus> stages;
  std::int64_t seconds_since_write = 0;
  std::int64_t bytes_on_disk = 0;
};

/// Looks at a results file, also while it is written. A damaged file is a status, not an exception; InputError if there is no
/// such file or it is no results file.
Status status(const std::string& path);

/// How many elites travelled, and what became of them.
std::string migration_text(const StageStatus& stage);

/// Whether a run may be writing the file: it is not finished, and was written within the last seconds.
bool perhaps_running(const Status& status);

/// Why a finished study has nothing to show: what became of the candidates of its last stage, or of the one before it.
struct Fruitless {
  std::string text;         // "stage 0-search: 3 diverged, 1 error; lower ..."
  bool of_machine = true;   // the commonest outcome is one of the machine, or there was none
};
Fruitless why_fruitless(const Status& status);

/// Bytes with three digits and a decimal unit.
std::string size_text(double bytes);

/// For the terminal: about 10 to 15 lines.
std::string text_of(const Status& status);

}   // namespace archipel::io
