#include "search/topology.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <optional>

namespace archipel {
namespace {

using Graph = std::vector<std::vector<int>>;

bool joined(const Graph& graph, int a, int b) {
  return std::find(graph[a].begin(), graph[a].end(), b) != graph[a].end();
}

/// One try: random pairs of free ends, those that would be loops or double edges drawn again; nothing if it gets stuck.
std::optional<Graph> try_regular(int islands, int degree, Stream& draws) {
  Graph graph(std::size_t(islands), std::vector<int>{});
  std::vector<int> ends;
  for (int i = 0; i < islands; ++i) ends.insert(ends.end(), std::size_t(degree), i);
  for (int failures = 0; !ends.empty();) {
    std::swap(ends[draws.below(std::uint32_t(ends.size()))], ends.back());
    const auto second = draws.below(std::uint32_t(ends.size() - 1));
    const int a = ends.back(), b = ends[second];
    if (a == b || joined(graph, a, b)) {
      if (++failures > 200) return {};
      continue;
    }
    failures = 0;
    graph[a].push_back(b);
    graph[b].push_back(a);
    ends.pop_back();
    std::swap(ends[second], ends.back());
    ends.pop_back();
  }
  return graph;
}

bool connected(const Graph& graph) {
  std::vector<bool> reached(graph.size(), false);
  std::vector<int> open = {0};
  reached[0] = true;
  std::size_t count = 0;
  while (!open.empty()) {
    const int island = open.back();
    open.pop_back();
    ++count;
    for (const int next : graph[island]) {
      if (!reached[next]) open.push_back(next), reached[next] = true;
    }
  }
  return count == graph.size();
}

Graph complement(const Graph& graph) {
  const int islands = int(graph.size());
  Graph result(graph.size());
  for (int i = 0; i < islands; ++i) {
    for (int j = 0; j < islands; ++j) {
      if (i != j && !joined(graph, i, j)) result[i].push_back(j);
    }
  }
  return result;
}

Graph random_regular(int islands, std::int64_t wanted, Stream& draws) {
  const int degree = int(std::min<std::int64_t>(wanted, islands - 1));
  const auto problem = [&](const std::string& rule) {
    throw InputError("migration.degree = " + std::to_string(wanted) + " with " + std::to_string(islands) +
                     " islands: " + rule);
  };
  if (degree < 1 || (degree == 1 && islands > 2)) problem("allowed at least 2, or the islands are not connected");
  if (std::int64_t(degree) * islands % 2 != 0) problem("one of the two must be even");
  const bool dense = 2 * degree >= islands;   // then the islands that do not send are the sparser graph
  constexpr int tries = 10000;
  for (int i = 0; i < tries; ++i) {
    auto graph = try_regular(islands, dense ? islands - 1 - degree : degree, draws);
    if (graph && dense) graph = complement(*graph);
    if (graph && connected(*graph)) return *graph;
  }
  throw SystemError("random topology: no connected graph of degree " + std::to_string(degree) + " found in " +
                    std::to_string(tries) + " tries");
}

}   // namespace

Graph senders_to(const MigrationSettings& settings, int islands, Stream draws) {
  Graph senders(std::size_t(islands), std::vector<int>{});
  const auto& topology = settings.topology;
  const auto add = [&](int from, int to) {
    if (from != to) senders[to].push_back(from);
  };
  if (islands == 1 || topology == "none") return senders;
  if (topology == "random") {
    senders = random_regular(islands, settings.degree, draws);
  } else if (topology == "ring") {
    for (int i = 0; i < islands; ++i) add(i, (i + 1) % islands);
  } else if (topology == "torus") {
    int rows = 1;
    for (int r = 1; r * r <= islands; ++r) {
      if (islands % r == 0) rows = r;
    }
    const int columns = islands / rows;
    for (int i = 0; i < islands; ++i) {
      const int row = i / columns, column = i % columns;
      add((row + 1) % rows * columns + column, i);
      add((row + rows - 1) % rows * columns + column, i);
      add(row * columns + (column + 1) % columns, i);
      add(row * columns + (column + columns - 1) % columns, i);
    }
  } else if (topology == "complete") {
    for (int i = 0; i < islands; ++i) {
      for (int j = 0; j < islands; ++j) add(j, i);
    }
  } else if (topology == "hypercube") {
    for (int i = 0; i < islands; ++i) {
      for (int bit = 1; bit < islands; bit *= 2) {
        if ((i ^ bit) < islands) add(i ^ bit, i);
      }
    }
  } else {
    throw InputError("migration.topology = \"" + topology +
                     "\": allowed are none, ring, torus, complete, hypercube, random");
  }
  for (auto& list : senders) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return senders;
}

}   // namespace archipel
