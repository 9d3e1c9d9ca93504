#pragma once

#include "base/random.hpp"
#include "study/study.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace archipel {

enum class GeneKind { categorical, ordinal, integer, real, log_real };

struct Gene {
  std::string name;
  GeneKind kind = GeneKind::categorical;
  double low = 0, high = 1;           // inclusive; 0 and choices - 1 for categorical and ordinal genes
  std::vector<std::string> choices;   // of categorical and ordinal genes: a value is an index into these
  struct Condition {
    std::size_t gene;             // an earlier gene
    std::vector<double> values;   // active if that gene is active and has one of these
    bool operator==(const Condition&) const = default;
  };
  std::optional<Condition> when;

  bool operator==(const Gene&) const = default;
};

/// One value for each gene of the space. Integral kinds hold whole numbers. An inactive gene holds its `low`.
using Genome = std::vector<double>;

/// Where a cell's graph lies in the genome. Nodes are numbered 0 (input), 1..nodes (inner, in topological order),
/// nodes + 1 (output). Operation genes of the inner nodes come first, then one 0/1 gene for each (from, to), from < to, row by row.
struct CellLayout {
  int nodes = 0;
  int edge_budget = 0;
  std::size_t first_operation = 0;
  std::size_t first_edge = 0;
  int identity = -1;   // index of the identity operation, -1 if there is none

  int vertices() const { return nodes + 2; }
  std::size_t operation(int node) const { return first_operation + std::size_t(node - 1); }   // 1 <= node <= nodes
  std::size_t edge(int from, int to) const {
    return first_edge + std::size_t(from) * (2 * vertices() - from - 1) / 2 + std::size_t(to - from - 1);
  }
  std::size_t edge_count() const { return std::size_t(vertices()) * (vertices() - 1) / 2; }
  bool operator==(const CellLayout&) const = default;
};

/// An ordered list of genes, with at most one cell graph among them.
class Space {
 public:
  explicit Space(std::vector<Gene> genes, std::optional<CellLayout> cell = {});

  const std::vector<Gene>& genes() const { return genes_; }
  const std::optional<CellLayout>& cell() const { return cell_; }
  std::size_t size() const { return genes_.size(); }
  /// Index of the gene with this name, or nothing.
  std::optional<std::size_t> find(std::string_view name) const;

  /// Uniform in each gene (log-uniform in log-real ones), cells as random graphs within the edge budget; canonical.
  Genome random(Stream& draws) const;
  /// Mends what variation broke: values into their ranges, the cell connected and within its edge budget. Then canonical.
  Genome repaired(Genome genome, Stream& draws) const;
  /// Dead and disconnected parts removed, isomorphic cells equal, inactive genes at `low`. Idempotent.
  Genome canonical(Genome genome) const;
  /// In range, whole where it must be, connected, within the edge budget, canonical.
  bool valid(const Genome& genome) const;
  bool active(const Genome& genome, std::size_t gene) const;

  /// log10 of the number of raw genomes (a real gene counts as 2^24 values).
  double log10_size() const;
  /// log10 of a lower bound of the number of canonical cells: 0 without a cell.
  double log10_canonical_cells() const;

 private:
  std::vector<Gene> genes_;
  std::optional<CellLayout> cell_;
};

/// The space that a study without problems (study/settings.hpp) describes. Genes of `kind = "cell"`: cell.op.<i>, cell.edge.<from>.<to>,
/// width.<stage> and cells.<stage>, stages counted from 1, reduction, then the study's own. A function without genes: x.<i> from 1.
Space make_space(const Study& study);

}   // namespace archipel
