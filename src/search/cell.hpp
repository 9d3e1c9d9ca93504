#pragma once

#include "search/space.hpp"

#include <array>
#include <bit>

namespace archipel {

inline constexpr int max_cell_nodes = 12;

/// The graph of a cell: vertex 0 is the input, 1..nodes are inner nodes in topological order, nodes + 1 is the output.
/// A vertex computes its operation on the sum of its inputs; the output is the sum alone.
struct CellGraph {
  static constexpr int capacity = max_cell_nodes + 2;
  using Mask = std::uint16_t;

  int nodes = 0;
  std::array<Mask, capacity> in{};                  // bit u of in[v]: there is an edge u -> v; u < v
  std::array<std::uint8_t, capacity> operation{};   // of the inner nodes

  int output() const { return nodes + 1; }
  bool has(int from, int to) const { return in[to] >> from & 1; }
  void connect(int from, int to) { in[to] = Mask(in[to] | 1u << from); }
  void disconnect(int from, int to) { in[to] = Mask(in[to] & ~(1u << from)); }
  int edges() const {
    int count = 0;
    for (int v = 1; v <= output(); ++v) count += std::popcount(in[v]);
    return count;
  }
  /// Vertices that the node feeds.
  Mask out(int node) const {
    Mask mask = 0;
    for (int v = node + 1; v <= output(); ++v) mask = Mask(mask | (in[v] >> node & 1) << v);
    return mask;
  }
  /// Vertices on a path from the input to the output; 0 if there is no such path.
  Mask live() const;
  bool operator==(const CellGraph&) const = default;
};

/// The cell in a genome whose genes are whole and in range, and back.
CellGraph read_cell(const CellLayout& layout, const Genome& genome);
void write_cell(const CellGraph& graph, const CellLayout& layout, Genome& genome);

/// Removes edges that are on no path from the input to the output; dead nodes get operation 0.
void prune(CellGraph& graph);

/// The same graph (pruned) with its live nodes renumbered 1..k, equal for isomorphic graphs: colour refinement, then search over
/// the vertices of tied classes for the smallest encoding, without branches that known automorphisms map to earlier ones
/// (McKay & Piperno 2014, arXiv:1301.1493). The order stays topological. Allocates nothing.
CellGraph labelled(const CellGraph& graph);

/// Pruned; identity nodes with one input or one output left out where no edge would double; then `labelled`.
/// Equal for isomorphic graphs, idempotent. `identity` is the operation that passes its input on, -1 if there is none.
CellGraph canonical(CellGraph graph, int identity);

/// A graph with a path from the input to the output and at most `edge_budget` edges (at least 1): a random path is added if there
/// is none, then random edges go that are not the last path; a path that is too long loses random nodes. Pruned.
void repair(CellGraph& graph, int edge_budget, int identity, Stream& draws);

/// Draws the number of live nodes, then their operations, one edge in and out for each, then how many more edges of the budget:
/// all sizes are about equally frequent, which uniform bits would not give.
CellGraph random_cell(int nodes, int edge_budget, int operations, Stream& draws);

/// Lower bound of the number of cells that differ after `canonical`, given how many operations are not the identity: sums, over the
/// numbers m_1, m_2, ... of nodes in layers by longest path from the input, the graphs of at most `edge_budget` edges in which every
/// node has an input from the layer before and an output, times operations^m_i / m_i! for each layer, in whose m_i! orders a cell
/// may be written. Counted by dynamic programming over nodes.
double canonical_cells_at_least(int nodes, int edge_budget, int operations);

}   // namespace archipel
