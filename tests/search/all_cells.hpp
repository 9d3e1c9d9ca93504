#pragma once

#include "search/cell.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace archipel {

inline std::vector<int> encoded(const CellGraph& graph) {
  std::vector<int> code(graph.in.begin(), graph.in.end());
  code.insert(code.end(), graph.operation.begin(), graph.operation.end());
  return code;
}

/// Calls `use` with every graph whose nodes are all live.
template <class Use>
void for_all_live(int nodes, int operations, const Use& use) {
  const int vertices = nodes + 2, pairs = vertices * (vertices - 1) / 2;
  for (int bits = 0; bits < 1 << pairs; ++bits) {
    CellGraph graph;
    graph.nodes = nodes;
    for (int to = 1, bit = 0; to < vertices; ++to) {
      for (int from = 0; from < to; ++from, ++bit) {
        if (bits >> bit & 1) graph.connect(from, to);
      }
    }
    if (std::popcount(graph.live()) != vertices) continue;
    for (int code = 0; code < int(std::pow(operations, nodes)); ++code) {
      for (int v = 1, rest = code; v <= nodes; ++v, rest /= operations)
        graph.operation[v] = std::uint8_t(rest % operations);
      use(graph);
    }
  }
}

}   // namespace archipel
