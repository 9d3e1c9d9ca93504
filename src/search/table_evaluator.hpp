#pragma once

#include "search/evaluator.hpp"

namespace archipel {

/// Results that were measured once for every genome of a space.
struct Table {
  std::string name;                   // of the file, for messages
  std::vector<std::string> keys;      // ascending, distinct: the choices of all genes, joined
  std::vector<double> objectives;     // [key, objective], NaN where the look-up failed
  std::vector<double> reported;       // [key, reported column]
  std::vector<std::uint64_t> costs;   // [key], ms, at least 1
  Digest digest;                      // of all that but the name, and of the names of the columns
  std::vector<bool> failed;           // [key], or empty: none
};

/// What joins the columns of a key when each gene has its own: in no choice, for settings have no control characters.
inline constexpr char between_key_columns = '\x1f';

/// Looks genomes up. Simulated cost in ms.
class TableEvaluator : public Evaluator {
 public:
  /// `table` holds the columns that `settings` names; it and `space` must outlive the evaluator. InputError for genes whose values
  /// have no text of their own (real ones, a cell graph).
  TableEvaluator(const TableSettings& settings, const Table& table, const Space& space);

  const std::vector<Objective>& objectives() const override { return objectives_; }
  const std::vector<std::string>& reported() const override { return reported_; }
  double units_per_cost() const override { return 1000; }
  std::string cost_unit() const override { return "s"; }
  /// These two throw InputError, naming the key, for a genome that the table lacks.
  std::uint64_t cost(const Genome& genome) const override;
  Evaluation evaluate(const Genome& genome, const Digest& key) override;
  Digest key(const Genome& genome, int replicate = 0) const override;   // the same for all replicates

 private:
  std::size_t find(const Genome& genome) const;

  const Table& table_;
  const Space& space_;
  std::vector<std::size_t> order_;   // of the genes in a key
  bool joined_;                      // in one column, without anything between
  std::vector<Objective> objectives_;
  std::vector<std::string> reported_;
};

}   // namespace archipel
