#include "search/space.hpp"

#include "search/cell.hpp"
#include "search/gene.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace archipel {
namespace {

bool allowed(const Gene& gene, double value) {   // false for NaN
  return gene.low <= value && value <= gene.high && (!integral(gene.kind) || value == std::floor(value));
}

bool met(const std::optional<Gene::Condition>& when, const Genome& genome) {
  return !when || std::find(when->values.begin(), when->values.end(), genome[when->gene]) != when->values.end();
}

/// Genes of the cell are one block: operations, then edges.
std::size_t cell_end(const CellLayout& cell) { return cell.first_edge + cell.edge_count(); }

int operations_of(const std::vector<Gene>& genes, const CellLayout& cell) {
  return cell.nodes > 0 ? int(genes[cell.first_operation].high) + 1 : 1;
}

}   // namespace

Space::Space(std::vector<Gene> genes, std::optional<CellLayout> cell) : genes_(std::move(genes)), cell_(cell) {
  for (auto& gene : genes_) {
    if (gene.kind != GeneKind::categorical && gene.kind != GeneKind::ordinal) continue;
    gene.low = 0;
    gene.high = double(gene.choices.size()) - 1;
  }
  assert(!cell_ || (0 <= cell_->nodes && cell_->nodes <= max_cell_nodes && cell_->edge_budget > 0));
  assert(!cell_ || (cell_->first_edge == cell_->first_operation + std::size_t(cell_->nodes) &&
                    cell_end(*cell_) <= genes_.size()));
}

std::optional<std::size_t> Space::find(std::string_view name) const {
  for (std::size_t i = 0; i < genes_.size(); ++i) {
    if (genes_[i].name == name) return i;
  }
  return {};
}

Genome Space::random(Stream& draws) const {
  Genome genome(size());
  for (std::size_t i = 0; i < size(); ++i) {
    if (cell_ && i == cell_->first_operation) {
      write_cell(random_cell(cell_->nodes, cell_->edge_budget, operations_of(genes_, *cell_), draws), *cell_, genome);
      i = cell_end(*cell_) - 1;
    } else {
      genome[i] = random_value(genes_[i], draws);
    }
  }
  return canonical(std::move(genome));
}

Genome Space::repaired(Genome genome, Stream& draws) const {
  assert(genome.size() == size());
  for (std::size_t i = 0; i < size(); ++i) genome[i] = repaired_value(genes_[i], genome[i]);
  if (cell_) {
    auto graph = read_cell(*cell_, genome);
    repair(graph, cell_->edge_budget, cell_->identity, draws);
    write_cell(graph, *cell_, genome);
  }
  return canonical(std::move(genome));
}

Genome Space::canonical(Genome genome) const {
  assert(genome.size() == size());
  if (cell_) write_cell(archipel::canonical(read_cell(*cell_, genome), cell_->identity), *cell_, genome);
  for (std::size_t i = 0; i < size(); ++i) {
    genome[i] = active(genome, i) ? genome[i] + 0.0 : genes_[i].low;   // -0 becomes 0
  }
  return genome;
}

bool Space::valid(const Genome& genome) const {
  if (genome.size() != size()) return false;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!allowed(genes_[i], genome[i])) return false;
  }
  if (cell_) {
    const auto graph = read_cell(*cell_, genome);
    if (graph.live() == 0 || graph.edges() > cell_->edge_budget) return false;
  }
  return canonical(genome) == genome;
}

bool Space::active(const Genome& genome, std::size_t gene) const {
  while (genes_[gene].when) {
    if (!met(genes_[gene].when, genome)) return false;
    gene = genes_[gene].when->gene;
  }
  return true;
}

double Space::log10_size() const {
  double sum = 0;
  for (const auto& gene : genes_) {
    if (!variable(gene)) continue;
    sum += integral(gene.kind) ? std::log10(gene.high - gene.low + 1) : 24 * std::log10(2.0);
  }
  return sum;
}

double Space::log10_canonical_cells() const {
  if (!cell_) return 0;
  const int operations = operations_of(genes_, *cell_) - (cell_->identity >= 0);
  return std::log10(canonical_cells_at_least(cell_->nodes, cell_->edge_budget, operations));
}

}   // namespace archipel
