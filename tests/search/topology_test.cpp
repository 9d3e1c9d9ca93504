#include "search/topology.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace archipel;

namespace {

using Graph = std::vector<std::vector<int>>;

Stream stream(std::uint32_t a = 0) { return Stream(9, Purpose::topology, a, 0, 0); }

Graph made(const std::string& topology, int islands, std::int64_t degree = 2, std::uint32_t a = 0) {
  MigrationSettings settings;
  settings.topology = topology;
  settings.degree = degree;
  return senders_to(settings, islands, stream(a));
}

/// Everybody can be reached from island 0, against the direction of sending.
bool connected(const Graph& graph) {
  std::set<int> reached = {0};
  std::vector<int> open = {0};
  while (!open.empty()) {
    const int island = open.back();
    open.pop_back();
    for (const int sender : graph[std::size_t(island)]) {
      if (reached.insert(sender).second) open.push_back(sender);
    }
  }
  return reached.size() == graph.size();
}

bool mutual(const Graph& graph) {
  for (std::size_t i = 0; i < graph.size(); ++i) {
    for (const int j : graph[i]) {
      if (!std::ranges::binary_search(graph[std::size_t(j)], int(i))) return false;
    }
  }
  return true;
}

}   // namespace

BOOST_AUTO_TEST_CASE(every_topology_is_sorted_connected_and_without_loops) {
  for (const std::string topology : {"ring", "torus", "complete", "hypercube", "random"}) {
    for (int islands = 2; islands <= 40; ++islands) {
      const auto graph = made(topology, islands);
      BOOST_TEST(graph.size() == std::size_t(islands));
      BOOST_TEST(connected(graph), topology << " of " << islands);
      BOOST_TEST((topology == "ring" || mutual(graph)));
      for (int i = 0; i < islands; ++i) {
        const auto& senders = graph[std::size_t(i)];
        BOOST_TEST(std::ranges::is_sorted(senders));
        BOOST_TEST((std::ranges::adjacent_find(senders) == senders.end()));
        BOOST_TEST(!std::ranges::binary_search(senders, i));
      }
    }
    BOOST_TEST((made(topology, 1) == Graph{{}}));
  }
  BOOST_TEST((made("none", 3) == Graph{{}, {}, {}}));
  BOOST_CHECK_THROW(made("star", 4), InputError);
}

BOOST_AUTO_TEST_CASE(small_topologies_are_as_drawn) {
  BOOST_TEST((made("ring", 4) == Graph{{3}, {0}, {1}, {2}}));
  BOOST_TEST((made("ring", 2) == Graph{{1}, {0}}));
  BOOST_TEST((made("torus", 4) == Graph{{1, 2}, {0, 3}, {0, 3}, {1, 2}}));
  BOOST_TEST((made("torus", 5) == Graph{{1, 4}, {0, 2}, {1, 3}, {2, 4}, {0, 3}}));   // one row
  BOOST_TEST((made("torus", 12)[0] == std::vector<int>{1, 3, 4, 8}));                // 3 rows of 4
  BOOST_TEST((made("complete", 3) == Graph{{1, 2}, {0, 2}, {0, 1}}));
  BOOST_TEST((made("hypercube", 8)[5] == std::vector<int>{1, 4, 7}));
  BOOST_TEST((made("hypercube", 5) == Graph{{1, 2, 4}, {0, 3}, {0, 3}, {1, 2}, {0}}));
}

BOOST_AUTO_TEST_CASE(random_topologies_are_regular_and_depend_on_the_stream_alone) {
  for (const int islands : {4, 7, 10, 64, 301}) {
    for (const int degree : {2, 3, 4, 6, 9, 30}) {
      const int expected = std::min(degree, islands - 1);
      if (islands * expected % 2 != 0) {
        BOOST_CHECK_THROW(made("random", islands, degree), InputError);
        continue;
      }
      const auto graph = made("random", islands, degree);
      for (const auto& senders : graph) BOOST_TEST(senders.size() == std::size_t(expected));
      BOOST_TEST(connected(graph));
      BOOST_TEST((graph == made("random", islands, degree)));
      if (islands > 40) BOOST_TEST((graph != made("random", islands, degree, 1)));
    }
  }
  BOOST_CHECK_THROW(made("random", 4, 1), InputError);
  BOOST_CHECK_THROW(made("random", 4, 0), InputError);
  BOOST_TEST((made("random", 2, 1) == Graph{{1}, {0}}));
}
