#include "search/translation.hpp"

#include "search/cell.hpp"
#include "search/gene.hpp"

#include <algorithm>

namespace archipel {
namespace {

/// The same value, or that of the choice with the same text.
std::optional<double> value_in(const Gene& from, double value, const Gene& to) {
  if (from.choices.empty() != to.choices.empty()) return {};
  if (!to.choices.empty()) {
    const auto found = std::ranges::find(to.choices, from.choices[std::size_t(value)]);
    if (found == to.choices.end()) return {};
    return double(found - to.choices.begin());
  }
  if (repaired_value(to, value) != value) return {};
  return value;
}

bool in_cell(const Space& space, std::size_t gene) {
  const auto& cell = space.cell();
  if (!cell) return false;
  const bool operation = gene >= cell->first_operation && gene < cell->first_operation + std::size_t(cell->nodes);
  return operation || (gene >= cell->first_edge && gene < cell->first_edge + cell->edge_count());
}

/// Into `child`, whose other genes stay.
bool translate_cell(const Space& from, const Genome& genome, const Space& to, Genome& child) {
  const auto &old_layout = *from.cell(), &layout = *to.cell();
  const CellGraph old = read_cell(old_layout, genome);
  const auto live = old.live();
  CellGraph graph;
  graph.nodes = layout.nodes;
  for (int v = 1; v <= old_layout.nodes; ++v) {   // live nodes come first
    if (!(live >> v & 1)) continue;
    if (v > layout.nodes) return false;
    const auto operation = value_in(from.genes()[old_layout.operation(v)], double(old.operation[std::size_t(v)]),
                                    to.genes()[layout.operation(v)]);
    if (!operation) return false;
    graph.operation[std::size_t(v)] = std::uint8_t(*operation);
    graph.in[std::size_t(v)] = old.in[std::size_t(v)];
  }
  graph.in[std::size_t(graph.output())] = old.in[std::size_t(old.output())];
  if (graph.edges() > layout.edge_budget) return false;
  write_cell(graph, layout, child);
  return true;
}

}   // namespace

std::optional<Genome> translated(const Space& from, const Genome& genome, const Space& to) {
  if (from.cell().has_value() != to.cell().has_value()) return {};
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto& gene = from.genes()[i];
    if (!in_cell(from, i) && variable(gene) && from.active(genome, i) && !to.find(gene.name)) return {};
  }
  Genome child;
  for (const auto& gene : to.genes()) child.push_back(gene.low);
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (in_cell(to, i)) continue;
    const auto old = from.find(to.genes()[i].name);
    if (!old || !from.active(genome, *old)) continue;
    const auto value = value_in(from.genes()[*old], genome[*old], to.genes()[i]);
    if (!value) return {};
    child[i] = *value;
  }
  if (to.cell() && !translate_cell(from, genome, to, child)) return {};
  child = to.canonical(std::move(child));
  if (!to.valid(child)) return {};
  return child;
}

}   // namespace archipel
