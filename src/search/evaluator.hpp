#pragma once

#include "search/row.hpp"

#include <functional>
#include <string>
#include <vector>

namespace archipel {

struct Objective {
  std::string name;
  std::string unit;
  bool maximise = true;
  bool measured = false;   // by the machine that evaluates: another value each time
};

/// Port. Scores genomes of one stage (the fidelity is fixed when it is made). Must be a pure function of the genome.
struct Evaluator {
  /// At least one; the search optimises the first.
  virtual const std::vector<Objective>& objectives() const = 0;
  /// Columns that are recorded but never seen by the search.
  virtual const std::vector<std::string>& reported() const = 0;
  /// Longest training curve.
  virtual int curve_points() const { return 0; }
  /// Integer units of cost in one natural unit (`cost_unit`): 1 for FLOP, 1000 for s of a table.
  virtual double units_per_cost() const { return 1; }
  virtual std::string cost_unit() const { return "units"; }

  /// Nominal cost, at least 1, known before and whatever the outcome. Must be cheap.
  virtual std::uint64_t cost(const Genome& genome) const = 0;
  /// False for genomes that strategies should draw again instead (a constraint, as limits.parameters).
  virtual bool admits(const Genome&) const { return true; }
  /// Whether a limit of the study keeps it from being evaluated at all: its outcome is too_large or too_costly.
  virtual bool refuses(const Genome&) const { return false; }
  /// Seed and cache key of the evaluation: digest(canonical genome, fidelity, replicate, initial weights, data).
  virtual Digest key(const Genome& genome, int replicate = 0) const = 0;
  /// Only InputError and SystemError end the job; other exceptions, like outcomes of the machine, are failures of this attempt.
  /// Stopped if `abandon` said so.
  virtual Evaluation evaluate(const Genome& genome, const Digest& key) = 0;
  /// Whether an evaluation that was abandoned goes on where it was when it is evaluated again, after another start too.
  virtual bool goes_on() const { return false; }

  std::function<bool()> abandon;   // asked on the way by evaluations that take long; may be empty
  std::function<void()> kept;      // called when an evaluation has kept what it did so far; may be empty
  virtual ~Evaluator() = default;
};

}   // namespace archipel
