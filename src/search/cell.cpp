#include "search/cell.hpp"

#include <algorithm>

namespace archipel {
namespace {

using Mask = CellGraph::Mask;

struct Edge {
  std::uint8_t from, to;
};

struct EdgeList {
  std::array<Edge, CellGraph::capacity*(CellGraph::capacity - 1) / 2> edges;
  std::size_t size = 0;

  void push(int from, int to) { edges[size++] = {std::uint8_t(from), std::uint8_t(to)}; }
  Edge take(Stream& draws) {   // must not be empty
    std::swap(edges[draws.below(std::uint32_t(size))], edges[size - 1]);
    return edges[--size];
  }
};

bool contractible(const CellGraph& graph, int node, int identity) {
  if (graph.in[node] == 0 || graph.operation[node] != identity) return false;
  const Mask in = graph.in[node], out = graph.out(node);
  if (std::popcount(in) != 1 && std::popcount(out) != 1) return false;
  for (int v = node + 1; v <= graph.output(); ++v) {
    if ((out >> v & 1) && (graph.in[v] & in)) return false;
  }
  return true;
}

void contract(CellGraph& graph, int node) {
  for (int v = node + 1; v <= graph.output(); ++v) {
    if (!graph.has(node, v)) continue;
    graph.disconnect(node, v);
    graph.in[v] = Mask(graph.in[v] | graph.in[node]);
  }
  graph.in[node] = 0;
  graph.operation[node] = 0;
}

/// To a fixpoint. Leaving out one node can bar another, so where there is a choice the canonical order decides.
void contract_identities(CellGraph& graph, int identity) {
  if (identity < 0) return;
  for (;;) {
    int first = 0, count = 0;
    for (int node = graph.nodes; node > 0; --node) {
      if (contractible(graph, node, identity)) first = node, ++count;
    }
    if (count == 0) return;
    if (count > 1) {
      graph = labelled(graph);
      first = 1;
      while (!contractible(graph, first, identity)) ++first;
    }
    contract(graph, first);
  }
}

/// Inner nodes that are not on the path go; then it has one edge more than nodes.
void shorten_path(CellGraph& graph, int edge_budget, Stream& draws) {
  std::array<std::uint8_t, max_cell_nodes> path{};
  std::size_t length = 0;
  for (int v = 1; v <= graph.nodes; ++v) {
    if (graph.in[v] != 0) path[length++] = std::uint8_t(v);
  }
  for (; int(length) >= edge_budget; --length) {
    const auto index = draws.below(std::uint32_t(length));
    contract(graph, path[index]);
    std::copy(path.begin() + index + 1, path.begin() + length, path.begin() + index);
  }
}

void add_path(CellGraph& graph, int edge_budget, Stream& draws) {
  int last = 0;
  for (int v = 1, edges = 1; v <= graph.nodes && edges < edge_budget; ++v) {
    if (!draws.chance(0.5)) continue;
    graph.connect(last, v);
    last = v;
    ++edges;
  }
  graph.connect(last, graph.output());
}

void cut_to_budget(CellGraph& graph, int edge_budget, Stream& draws) {
  while (graph.edges() > edge_budget) {
    EdgeList list;
    for (int to = 1; to <= graph.output(); ++to) {
      for (int from = 0; from < to; ++from) {
        if (graph.has(from, to)) list.push(from, to);
      }
    }
    bool cut = false;
    while (!cut && list.size > 0) {
      const auto edge = list.take(draws);
      graph.disconnect(edge.from, edge.to);
      cut = graph.live() != 0;
      if (!cut) graph.connect(edge.from, edge.to);
    }
    if (!cut) return shorten_path(graph, edge_budget, draws);   // every edge is needed: one path
    prune(graph);
  }
}

}   // namespace

Mask CellGraph::live() const {
  Mask reached = 1, needed = Mask(1u << output());
  for (int v = 1; v <= output(); ++v) {
    if (in[v] & reached) reached = Mask(reached | 1u << v);
  }
  if (!(reached >> output() & 1)) return 0;
  for (int v = output(); v > 0; --v) {
    if (needed >> v & 1) needed = Mask(needed | in[v]);
  }
  return reached & needed;
}

CellGraph read_cell(const CellLayout& layout, const Genome& genome) {
  CellGraph graph;
  graph.nodes = layout.nodes;
  for (int v = 1; v <= layout.nodes; ++v) graph.operation[v] = std::uint8_t(genome[layout.operation(v)]);
  auto edge = layout.first_edge;
  for (int from = 0; from < graph.output(); ++from) {
    for (int to = from + 1; to <= graph.output(); ++to) {
      if (genome[edge++] != 0) graph.connect(from, to);
    }
  }
  return graph;
}

void write_cell(const CellGraph& graph, const CellLayout& layout, Genome& genome) {
  for (int v = 1; v <= layout.nodes; ++v) genome[layout.operation(v)] = graph.operation[v];
  auto edge = layout.first_edge;
  for (int from = 0; from < graph.output(); ++from) {
    for (int to = from + 1; to <= graph.output(); ++to) genome[edge++] = graph.has(from, to);
  }
}

void prune(CellGraph& graph) {
  const Mask live = graph.live();
  for (int v = 1; v <= graph.output(); ++v) {
    const bool alive = live >> v & 1;
    graph.in[v] = alive ? Mask(graph.in[v] & live) : Mask(0);
    if (!alive) graph.operation[v] = 0;
  }
}

CellGraph canonical(CellGraph graph, int identity) {
  prune(graph);
  contract_identities(graph, identity);
  return labelled(graph);
}

void repair(CellGraph& graph, int edge_budget, int identity, Stream& draws) {
  if (graph.live() == 0) add_path(graph, edge_budget, draws);
  prune(graph);
  if (graph.edges() > edge_budget) contract_identities(graph, identity);
  cut_to_budget(graph, edge_budget, draws);
}

CellGraph random_cell(int nodes, int edge_budget, int operations, Stream& draws) {
  CellGraph graph;
  graph.nodes = nodes;
  const int live = nodes == 0 ? 0 : 1 + int(draws.below(std::uint32_t(nodes)));
  const auto vertex = [&](int v) { return v == live + 1 ? graph.output() : v; };
  for (int v = 1; v <= live; ++v) {
    graph.operation[v] = std::uint8_t(draws.below(std::uint32_t(operations)));
    graph.connect(int(draws.below(std::uint32_t(v))), v);
  }
  for (int v = 0; v <= live; ++v) {
    if (graph.out(v) == 0) graph.connect(v, vertex(v + 1 + int(draws.below(std::uint32_t(live + 1 - v)))));
  }
  EdgeList absent;
  for (int to = 1; to <= live + 1; ++to) {
    for (int from = 0; from < to; ++from) {
      if (!graph.has(from, vertex(to))) absent.push(from, vertex(to));
    }
  }
  const int spare = std::min(edge_budget - graph.edges(), int(absent.size));
  for (int extra = spare > 0 ? int(draws.below(std::uint32_t(spare + 1))) : 0; extra > 0; --extra) {
    const auto edge = absent.take(draws);
    graph.connect(edge.from, edge.to);
  }
  cut_to_budget(graph, edge_budget, draws);
  return graph;
}

}   // namespace archipel
