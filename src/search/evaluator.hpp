#pragma once

#include "search/row.hpp"

#include <string>
#include <vector>

namespace archipel {

struct Objective {
  std::string name;
  std::string unit;
  bool maximise = true;
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
  /// Seed and cache key of the evaluation: digest(canonical genome, fidelity, replicate, initial weights, data).
  virtual Digest key(const Genome& genome) const = 0;
  /// Only InputError and SystemError end the job; other exceptions, like outcomes of the machine, are failures of this attempt.
  virtual Evaluation evaluate(const Genome& genome, const Digest& key) = 0;
  virtual ~Evaluator() = default;
};

}   // namespace archipel
