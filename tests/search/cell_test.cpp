#include "all_cells.hpp"

#include "base/digest.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

using namespace archipel;

namespace {

Stream stream(std::uint32_t a, std::uint32_t b = 0) { return Stream(11, Purpose::ask, 0, a, b); }

/// Any bits, dead parts included.
CellGraph noise(int nodes, int operations, double density, Stream& draws) {
  CellGraph graph;
  graph.nodes = nodes;
  for (int to = 1; to <= graph.output(); ++to) {
    if (to <= nodes) graph.operation[to] = std::uint8_t(draws.below(std::uint32_t(operations)));
    for (int from = 0; from < to; ++from) {
      if (draws.chance(density)) graph.connect(from, to);
    }
  }
  return graph;
}

CellGraph moved(const CellGraph& graph, const std::vector<int>& position) {   // [vertex]
  CellGraph result;
  result.nodes = graph.nodes;
  for (int to = 1; to <= graph.output(); ++to) {
    result.operation[position[to]] = graph.operation[to];
    for (int from = 0; from < to; ++from) {
      if (graph.has(from, to)) result.connect(position[from], position[to]);
    }
  }
  return result;
}

/// The same graph in another topological order of its inner nodes.
CellGraph shuffled(const CellGraph& graph, Stream& draws) {
  std::vector<int> position(std::size_t(graph.nodes) + 2, -1), ready;
  position[0] = 0;
  position[graph.output()] = graph.output();
  for (int next = 1; next <= graph.nodes; ++next) {
    ready.clear();
    for (int v = 1; v <= graph.nodes; ++v) {
      bool free = position[v] < 0;
      for (int u = 0; u < v; ++u) free = free && (!graph.has(u, v) || position[u] >= 0);
      if (free) ready.push_back(v);
    }
    position[ready[draws.below(std::uint32_t(ready.size()))]] = next;
  }
  return moved(graph, position);
}

/// Equal for graphs that compute the same sums of the same operations; dead nodes compute nothing.
std::uint64_t meaning(CellGraph graph, int identity) {
  prune(graph);
  std::array<std::uint64_t, CellGraph::capacity> value{};
  value[0] = 0x9e3779b97f4a7c15;
  for (int v = 1; v <= graph.output(); ++v) {
    std::uint64_t sum = 0;
    for (int u = 0; u < v; ++u) sum += graph.has(u, v) ? value[u] : 0;
    const bool passes = v == graph.output() || graph.operation[v] == identity;
    value[v] = passes ? sum : digest_of(std::to_string(graph.operation[v]) + ":" + std::to_string(sum)).low;
  }
  return value[graph.output()];
}

/// The smallest encoding over all orders, found by trying them all.
std::vector<int> smallest(const CellGraph& graph) {
  std::vector<int> position(std::size_t(graph.nodes) + 2), best;
  std::iota(position.begin(), position.end(), 0);
  do {
    bool topological = true;
    for (int to = 1; to <= graph.nodes; ++to) {
      for (int from = 1; from < to; ++from)
        topological = topological && (!graph.has(from, to) || position[from] < position[to]);
    }
    if (!topological) continue;
    auto code = encoded(moved(graph, position));
    if (best.empty() || code < best) best = std::move(code);
  } while (std::next_permutation(position.begin() + 1, position.end() - 1));
  return best;
}

/// Graphs with many symmetries: `width` nodes in each of `layers` layers, joined by `pattern(i, j)`.
template <class Pattern>
CellGraph layered(int layers, int width, const Pattern& pattern) {
  CellGraph graph;
  graph.nodes = layers * width;
  for (int layer = 0; layer < layers; ++layer) {
    for (int i = 0; i < width; ++i) {
      const int v = 1 + layer * width + i;
      if (layer == 0) graph.connect(0, v);
      if (layer == layers - 1) graph.connect(v, graph.output());
      for (int j = 0; j < width && layer > 0; ++j) {
        if (pattern(i, j)) graph.connect(1 + (layer - 1) * width + j, v);
      }
    }
  }
  return graph;
}

std::vector<CellGraph> symmetric_graphs() {
  return {layered(1, 12, [](int, int) { return true; }),
          layered(2, 6, [](int i, int j) { return i == j; }),
          layered(3, 4, [](int i, int j) { return i == j; }),
          layered(2, 6, [](int, int) { return true; }),
          layered(2, 6, [](int i, int j) { return i != j; }),
          layered(2, 6, [](int i, int j) { return (i - j + 6) % 6 < 2; }),
          layered(2, 6, [](int i, int j) { return i / 3 == j / 3 && (i - j + 3) % 3 < 2; }),
          layered(2, 6, [](int i, int j) { return (i - j + 6) % 6 < 3; }),
          layered(2, 6, [](int i, int j) { return i / 3 == j / 3; }),
          layered(2, 6, [](int i, int j) { return i / 2 == j / 2; }),
          layered(3, 4, [](int i, int j) { return (i - j + 4) % 4 < 2; }),
          layered(4, 3, [](int i, int j) { return i != j; }),
          layered(6, 2, [](int, int) { return true; })};
}

}   // namespace

BOOST_AUTO_TEST_CASE(isomorphic_graphs_have_one_canonical_form) {
  for (std::uint32_t i = 0; i < 10000; ++i) {
    auto draws = stream(1, i);
    const int nodes = 1 + int(draws.below(max_cell_nodes)), operations = 1 + int(draws.below(4));
    const auto graph = noise(nodes, operations, 0.1 + 0.6 * draws.unit(), draws);
    const int identity = int(draws.below(3)) - 1;
    const auto form = canonical(graph, identity);
    BOOST_REQUIRE(canonical(shuffled(graph, draws), identity) == form);
    BOOST_REQUIRE(canonical(form, identity) == form);
    BOOST_REQUIRE(canonical(shuffled(form, draws), identity) == form);
    BOOST_REQUIRE_EQUAL(meaning(form, identity), meaning(graph, identity));
    BOOST_REQUIRE_LE(form.edges(), graph.edges());
  }
}

BOOST_AUTO_TEST_CASE(as_many_canonical_forms_as_isomorphism_classes) {
  for (const auto& [nodes, operations] : {std::pair(1, 3), std::pair(2, 3), std::pair(3, 3), std::pair(4, 2)}) {
    std::map<std::vector<int>, std::vector<int>> form_of;   // [class]
    std::set<std::vector<int>> forms;
    for_all_live(nodes, operations, [&](const CellGraph& graph) {
      const auto form = encoded(labelled(graph));
      forms.insert(form);
      const auto [known, fresh] = form_of.try_emplace(smallest(graph), form);
      if (!fresh && known->second != form) BOOST_FAIL("two forms of one class");
    });
    BOOST_TEST(forms.size() == form_of.size());
    BOOST_TEST_MESSAGE(nodes << " nodes, " << operations << " operations: " << forms.size() << " classes");
  }
}

BOOST_AUTO_TEST_CASE(symmetric_graphs_are_labelled_alike_and_fast) {
  for (const auto& graph : symmetric_graphs()) {
    const auto form = labelled(graph);
    for (std::uint32_t i = 0; i < 200; ++i) {
      auto draws = stream(2, i);
      BOOST_REQUIRE(labelled(shuffled(graph, draws)) == form);
    }
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) BOOST_REQUIRE(labelled(graph) == form);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    BOOST_TEST(time.count() / 100 < 5000);   // 12! orders would take minutes
  }
}

BOOST_AUTO_TEST_CASE(graphs_that_only_look_alike_differ) {
  // A ring of twelve and two rings of six: no colour refinement tells them apart.
  const auto ring = layered(2, 6, [](int i, int j) { return (i - j + 6) % 6 < 2; });
  const auto two_rings = layered(2, 6, [](int i, int j) { return i / 3 == j / 3 && (i - j + 3) % 3 < 2; });
  BOOST_TEST((labelled(ring) != labelled(two_rings)));
}

BOOST_AUTO_TEST_CASE(dead_nodes_never_matter) {
  for (std::uint32_t i = 0; i < 5000; ++i) {
    auto draws = stream(3, i);
    const auto graph = noise(8, 3, 0.15, draws);
    auto other = graph;
    const auto live = graph.live();
    for (int v = 1; v <= 8; ++v) {
      if (live >> v & 1) continue;
      other.operation[v] = std::uint8_t(draws.below(3));
      if (draws.chance(
              0.5)) {   // a node that nothing feeds may feed anything, one that feeds nothing may take anything
        other.in[v] = 0;
      } else {
        for (int to = v + 1; to <= 9; ++to) other.disconnect(v, to);
      }
    }
    BOOST_REQUIRE(canonical(other, 0) == canonical(graph, 0));
  }
}

BOOST_AUTO_TEST_CASE(identity_nodes_are_left_out_where_the_network_stays_equal) {
  CellGraph chain;   // input -> identity -> output
  chain.nodes = 1;
  chain.connect(0, 1);
  chain.connect(1, 2);
  auto form = canonical(chain, 0);
  BOOST_TEST(form.edges() == 1);
  BOOST_TEST(form.has(0, 2));
  BOOST_TEST(canonical(chain, -1).edges() == 2);

  chain.connect(0, 2);   // twice the input: without the node the edge would double
  form = canonical(chain, 0);
  BOOST_TEST(form.edges() == 3);
}

BOOST_AUTO_TEST_CASE(repaired_graphs_are_connected_and_within_the_budget) {
  for (std::uint32_t i = 0; i < 20000; ++i) {
    auto draws = stream(4, i);
    const int nodes = int(draws.below(max_cell_nodes + 1)), budget = 1 + int(draws.below(20));
    auto graph = noise(nodes, 3, draws.unit(), draws);
    const auto before = graph;
    repair(graph, budget, 1, draws);
    BOOST_REQUIRE(graph.live() != 0);
    BOOST_REQUIRE_LE(graph.edges(), budget);
    auto pruned = before;
    prune(pruned);
    if (pruned.live() != 0 && pruned.edges() <= budget) BOOST_REQUIRE(graph == pruned);   // nothing to mend
  }
}

BOOST_AUTO_TEST_CASE(random_cells_have_all_sizes) {
  std::map<int, int> of_nodes, of_edges;
  constexpr int count = 20000;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto draws = stream(5, i);
    const auto graph = random_cell(6, 12, 8, draws);
    BOOST_REQUIRE_LE(graph.edges(), 12);
    const int live = std::popcount(graph.live());
    BOOST_REQUIRE(live != 0);
    ++of_nodes[live - 2];
    ++of_edges[graph.edges()];
  }
  for (int k = 1; k <= 6; ++k) BOOST_TEST(of_nodes[k] > count / 10);
  for (int e = 2; e <= 12; ++e) BOOST_TEST(of_edges[e] > count / 50);
}
