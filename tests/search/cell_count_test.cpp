#include "all_cells.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

using namespace archipel;

BOOST_AUTO_TEST_CASE(the_bound_is_the_number_of_graphs_over_orders_within_layers) {
  const auto weight =
      [](const CellGraph& graph) {   // 1 / product of the factorials of the sizes of layers, of graphs sorted by layer
        std::array<int, CellGraph::capacity> layer{}, size{};
        for (int v = 1; v <= graph.nodes; ++v) {
          for (int u = 0; u < v; ++u) layer[v] = graph.has(u, v) ? std::max(layer[v], layer[u] + 1) : layer[v];
          if (layer[v] < layer[v - 1]) return 0.0;
          ++size[layer[v]];
        }
        double product = 1;
        for (const int m : size) product /= std::tgamma(m + 1);
        return product;
      };
  for (const int budget : {1, 3, 5, 8, 15}) {
    double sum = 0;
    std::set<std::pair<int, std::vector<int>>> forms;
    for (int nodes = 0; nodes <= 4; ++nodes) {
      const int operations = 2;
      for_all_live(nodes, operations, [&](const CellGraph& graph) {
        if (graph.edges() > budget) return;
        sum += weight(graph);
        forms.emplace(nodes, encoded(labelled(graph)));
      });
      const double bound = canonical_cells_at_least(nodes, budget, operations);
      BOOST_TEST(bound == sum, boost::test_tools::tolerance(1e-12));
      BOOST_TEST(bound <= double(forms.size()) * (1 + 1e-12));
      BOOST_TEST(bound >= double(forms.size()) / 3);
    }
  }
}
