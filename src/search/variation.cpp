#include "search/variation.hpp"

#include "search/gene.hpp"

namespace archipel {
namespace {

using Mask = CellGraph::Mask;

/// The `index`-th set bit.
int nth(Mask mask, std::uint32_t index) {
  while (index-- > 0) mask &= Mask(mask - 1);
  return std::countr_zero(mask);
}

int any_of(Mask mask, Stream& draws) { return nth(mask, draws.below(std::uint32_t(std::popcount(mask)))); }

Mask below(int vertex) { return Mask((1u << vertex) - 1); }

struct Pair {
  int from = 0, to = 0;
};

/// A random pair from < to of vertices in `live` that is joined, or is not; from = to if there is none.
Pair any_pair(const CellGraph& graph, Mask live, bool joined, Stream& draws) {
  const auto sources = [&](int to) { return Mask(live & below(to) & (joined ? graph.in[to] : Mask(~graph.in[to]))); };
  std::uint32_t count = 0;
  for (int to = 1; to <= graph.output(); ++to) {
    if (live >> to & 1) count += std::uint32_t(std::popcount(sources(to)));
  }
  if (count == 0) return {};
  auto index = draws.below(count);
  for (int to = 1;; ++to) {
    if (!(live >> to & 1)) continue;
    const auto here = std::uint32_t(std::popcount(sources(to)));
    if (index < here) return {nth(sources(to), index), to};
    index -= here;
  }
}

Mask inner(const CellGraph& graph, Mask live) { return Mask(live & below(graph.output()) & ~1u); }

void mutate_cell(CellGraph& graph, int operations, std::uint32_t slot, Stream& draws) {
  prune(graph);
  const int live = std::popcount(inner(graph, graph.live()));
  if (operations > 1 && int(slot) < live) return change_operation(graph, operations, draws);
  // The last slot. After an earlier change of the same genome the live nodes may have gaps: relabelling closes them.
  if (slot == 2 * std::uint32_t(live) + 1 && live < graph.nodes) {
    graph = labelled(graph);
    return split_edge(graph, operations, draws);
  }
  flip_edge(graph, draws);
}

std::uint32_t cell_slots(const CellGraph& graph) {
  return 2 * std::uint32_t(std::popcount(inner(graph, graph.live()))) + 2;
}

struct Block {
  std::size_t begin = 0, end = 0;
  bool holds(std::size_t gene) const { return begin <= gene && gene < end; }
};

Block block_of(const std::optional<CellLayout>& cell) {
  return cell ? Block{cell->first_operation, cell->first_edge + cell->edge_count()} : Block{};
}

/// A gene outside the cell that a mutation may choose.
bool open_to_change(const Space& space, const Genome& genome, const Block& cell, std::size_t gene) {
  return !cell.holds(gene) && variable(space.genes()[gene]) && space.active(genome, gene);
}

}   // namespace

bool open_to_change(const Space& space, const Genome& genome, std::size_t gene) {
  return open_to_change(space, genome, block_of(space.cell()), gene);
}

void set_gene(const Space& space, Genome& genome, std::size_t gene, double value, Stream& draws) {
  const double before = genome[gene];
  // Genes drawn anew below do not matter to those behind them: before, all of them were inactive.
  const auto active = [&](std::size_t other, double with) {
    genome[gene] = with;
    return space.active(genome, other);
  };
  for (std::size_t i = gene + 1; i < space.size(); ++i) {
    if (space.genes()[i].when && !active(i, before) && active(i, value)) {
      genome[i] = random_value(space.genes()[i], draws);
    }
  }
  genome[gene] = value;
}

int change_count(double mean, int limit, Stream& draws) {
  if (mean < 1) return draws.chance(mean) ? 1 : 0;
  const double again = mean > 1 ? 1 - 1 / mean : 0;
  int count = 1;
  while (count < limit && draws.chance(again)) ++count;
  return count;
}

void change_operation(CellGraph& graph, int operations, Stream& draws) {
  const Mask nodes = inner(graph, graph.live());
  if (nodes == 0) return;
  auto& operation = graph.operation[any_of(nodes, draws)];
  const auto other = draws.below(std::uint32_t(operations - 1));
  operation = std::uint8_t(other >= operation ? other + 1 : other);
}

void flip_edge(CellGraph& graph, Stream& draws) {
  const Mask live = Mask(graph.live() | 1u | 1u << graph.output());
  const bool remove = draws.chance(0.5);
  auto pair = any_pair(graph, live, remove, draws);
  if (pair.from == pair.to) pair = any_pair(graph, live, !remove, draws);   // full, or empty
  graph.in[pair.to] = Mask(graph.in[pair.to] ^ 1u << pair.from);
}

void split_edge(CellGraph& graph, int operations, Stream& draws) {
  const auto edge = any_pair(graph, graph.live(), true, draws);
  if (edge.from == edge.to) return;   // no edges
  split_edge(graph, edge.from, edge.to, std::uint8_t(draws.below(std::uint32_t(operations))));
}

void split_edge(CellGraph& graph, int from, int to, std::uint8_t operation) {
  const int place = to == graph.output() ? std::popcount(inner(graph, graph.live())) + 1 : to;
  // Vertices from `place` to the first dead node move up by one; the dead node and with it a free number go.
  for (int v = graph.nodes; v > place; --v) {
    graph.in[v] = graph.in[v - 1];
    graph.operation[v] = graph.operation[v - 1];
  }
  for (int v = place + 1; v <= graph.output(); ++v) {
    const Mask low = Mask(graph.in[v] & below(place));
    graph.in[v] = Mask(low | (graph.in[v] & ~below(place)) << 1);
  }
  const int target = to == graph.output() ? to : to + 1;
  graph.in[place] = Mask(1u << from);
  graph.operation[place] = operation;
  graph.disconnect(from, target);
  graph.connect(place, target);
}

Genome mutated(const Space& space, Genome genome, int changes, Stream& draws) {
  const auto& cell = space.cell();
  const auto block = block_of(cell);
  for (; changes > 0; --changes) {
    CellGraph graph = cell ? read_cell(*cell, genome) : CellGraph{};
    const std::uint32_t in_cell = cell ? cell_slots(graph) : 0;
    std::uint32_t others = 0;
    for (std::size_t i = 0; i < space.size(); ++i) others += open_to_change(space, genome, block, i);
    if (others + in_cell == 0) break;
    auto slot = draws.below(others + in_cell);
    if (slot < in_cell) {
      const int operations = cell->nodes > 0 ? int(space.genes()[cell->first_operation].choices.size()) : 0;
      mutate_cell(graph, operations, slot, draws);
      write_cell(graph, *cell, genome);
      continue;
    }
    slot -= in_cell;
    std::size_t gene = 0;
    while (!open_to_change(space, genome, block, gene) || slot-- > 0) ++gene;
    set_gene(space, genome, gene, mutated_value(space.genes()[gene], genome[gene], draws), draws);
  }
  return space.repaired(std::move(genome), draws);
}

Genome crossed(const Space& space, const Genome& a, const Genome& b, Stream& draws) {
  const auto& cell = space.cell();
  const auto block = block_of(cell);
  Genome child = a;
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (block.holds(i)) continue;
    const bool both = space.active(a, i) && space.active(b, i);
    child[i] = both ? crossed_value(space.genes()[i], a[i], b[i], draws) : draws.chance(0.5) ? b[i] : a[i];
  }
  if (cell) {
    for (int v = 1; v < cell->vertices(); ++v) {
      if (!draws.chance(0.5)) continue;
      if (v <= cell->nodes) child[cell->operation(v)] = b[cell->operation(v)];
      for (int from = 0; from < v; ++from) child[cell->edge(from, v)] = b[cell->edge(from, v)];
    }
  }
  return space.repaired(std::move(child), draws);
}

}   // namespace archipel
