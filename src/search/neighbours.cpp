#include "search/neighbours.hpp"

#include "search/gene.hpp"
#include "search/portable_math.hpp"
#include "search/unit_scale.hpp"
#include "search/variation.hpp"

namespace archipel {
namespace {

constexpr int scales = 8;

void add_values(const Space& space, const Genome& genome, std::size_t gene, std::vector<Change>& changes,
                Stream& draws) {
  const Gene& here = space.genes()[gene];
  const auto add = [&](double value) {
    if (value != genome[gene]) changes.push_back({.gene = std::uint32_t(gene), .value = value});
  };
  if (is_counted(here)) {
    for (double step = 0; step < value_count(here); ++step) add(here.low + step);   // 2^53 + 1 would be 2^53
    return;
  }
  const double place = unit_of(here, genome[gene]);
  for (int k = 0; k < scales; ++k) {
    for (const int sign : {-1, 1}) add(value_at(here, place + sign * exp2_portable(-2 * (k + draws.unit()))));
  }
}

void add_cell(const CellGraph& graph, int operations, std::vector<Change>& changes) {
  using Kind = Change::Kind;
  const auto live = graph.live() | 1u | 1u << graph.output();
  const auto is_live = [&](int vertex) { return (live >> vertex & 1) != 0; };
  int inner = 0;
  for (int node = 1; node <= graph.nodes; ++node) inner += is_live(node);
  for (int to = 1; to <= graph.output(); ++to) {
    if (!is_live(to)) continue;
    for (int operation = 0; to <= graph.nodes && operation < operations; ++operation) {
      if (operation != graph.operation[to])
        changes.push_back({.kind = Kind::operation, .to = std::uint8_t(to), .value = double(operation)});
    }
    for (int from = 0; from < to; ++from) {
      if (!is_live(from)) continue;
      const Change edge{.kind = Kind::edge, .from = std::uint8_t(from), .to = std::uint8_t(to)};
      changes.push_back(edge);
      if (!graph.has(from, to) || inner == graph.nodes) continue;
      for (int operation = 0; operation < operations; ++operation) {
        changes.push_back({.kind = Kind::split, .from = edge.from, .to = edge.to, .value = double(operation)});
      }
    }
  }
}

int operations_of(const Space& space) {
  const auto& cell = *space.cell();
  return cell.nodes > 0 ? int(value_count(space.genes()[cell.first_operation])) : 0;
}

}   // namespace

std::vector<Change> neighbourhood(const Space& space, const Genome& genome, Stream& draws) {
  std::vector<Change> changes;
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (open_to_change(space, genome, i)) add_values(space, genome, i, changes, draws);
  }
  if (space.cell()) add_cell(read_cell(*space.cell(), genome), operations_of(space), changes);
  draws.shuffle(std::span(changes));
  return changes;
}

Genome changed(const Space& space, Genome genome, const Change& change, Stream& draws) {
  if (change.kind == Change::Kind::value) {
    set_gene(space, genome, change.gene, change.value, draws);
  } else {
    CellGraph graph = read_cell(*space.cell(), genome);
    if (change.kind == Change::Kind::operation) graph.operation[change.to] = std::uint8_t(change.value);
    else if (change.kind == Change::Kind::edge) graph.in[change.to] ^= CellGraph::Mask(1u << change.from);
    else split_edge(graph, change.from, change.to, std::uint8_t(change.value));
    write_cell(graph, *space.cell(), genome);
  }
  return space.repaired(std::move(genome), draws);
}

}   // namespace archipel
