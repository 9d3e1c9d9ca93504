#pragma once

#include "search/evaluator.hpp"
#include "search/pareto.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace archipel::app {

/// Shares of the budget at which best-so-far is noted.
inline constexpr std::array tournament_shares = {0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};

/// What one search found.
struct Score {
  std::vector<double>
      best;   // of the objective, or the hypervolume of several, at each share of the budget; NaN if nothing succeeded
  std::vector<double> reported;   // of the best at the end
  double evaluations = 0;
  double cost = 0;                           // in the evaluator's natural unit
  std::vector<std::vector<Scores>> fronts;   // at each share, of several objectives
};

struct Tournament {
  std::string study;
  std::string text;                    // of the study
  std::vector<std::string> entries;    // "random" among them
  std::vector<std::string> settings;   // of each entry, one a line
  std::uint64_t first_seed = 0;
  std::int64_t seeds = 0;
  Objective objective;
  std::vector<std::string> reported;
  std::string cost_unit;
  std::vector<std::pair<std::string, std::string>> provenance;
  std::vector<Score> scores;   // [entry, seed]
};

/// Two tables: medians of best-so-far, and of the end with spread, significance (Mann-Whitney against random search and against the best entry, Holm-corrected)
/// and means of the reported columns.
void print(const Tournament& tournament);
/// An HDF5 file with the tables `runs`, `curves` and `tests`, complete as soon as it is there. SystemError if it exists or cannot be written.
void write(const Tournament& tournament, const std::string& path);

}   // namespace archipel::app
