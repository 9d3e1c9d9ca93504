#include "search/strategies/cell_features.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace archipel {
namespace {

using Labels = std::array<std::uint64_t, CellGraph::capacity>;

/// The finaliser of splitmix64 (Steele et al. 2014).
std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  std::uint64_t z = hash * 31 + value + 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

constexpr std::uint64_t of_input = 1000, of_output = 1001;   // no operation has these numbers

std::vector<CellFeature> counted(const CellGraph& graph, CellGraph::Mask live, const Labels& labels) {
  std::vector<std::uint64_t> names;
  for (int v = 0; v <= graph.output(); ++v) {
    if (live >> v & 1) names.push_back(labels[std::size_t(v)]);
  }
  std::ranges::sort(names);
  std::vector<CellFeature> features;
  for (const auto name : names) {
    if (features.empty() || features.back().name != name) features.push_back({name, 0});
    ++features.back().count;
  }
  return features;
}

Labels refined(const CellGraph& graph, CellGraph::Mask live, const Labels& labels) {
  Labels next{};
  for (int v = 0; v <= graph.output(); ++v) {
    std::array<std::uint64_t, CellGraph::capacity> inputs{};
    std::size_t count = 0;
    for (int from = 0; from < v; ++from) {
      if ((live >> from & 1) && graph.has(from, v)) inputs[count++] = labels[std::size_t(from)];
    }
    std::ranges::sort(std::span(inputs).first(count));
    auto hash = mixed(2, labels[std::size_t(v)]);
    for (std::size_t i = 0; i < count; ++i) hash = mixed(hash, inputs[i]);
    next[std::size_t(v)] = hash;
  }
  return next;
}

void follow(const CellGraph& graph, CellGraph::Mask live, int vertex, std::uint64_t hash, int left,
            std::vector<std::uint64_t>& found) {
  for (int to = vertex + 1; to <= graph.output(); ++to) {
    if (!(live >> to & 1) || !graph.has(vertex, to)) continue;
    if (to == graph.output()) found.push_back(hash);
    else if (left > 0) follow(graph, live, to, mixed(hash, graph.operation[std::size_t(to)]), left - 1, found);
  }
}

}   // namespace

std::vector<std::vector<CellFeature>> neighbourhoods(const CellGraph& graph, int levels) {
  const auto live = graph.live();
  Labels labels{};
  for (int v = 1; v <= graph.nodes; ++v) labels[std::size_t(v)] = mixed(1, graph.operation[std::size_t(v)]);
  labels[0] = mixed(1, of_input);
  labels[std::size_t(graph.output())] = mixed(1, of_output);
  std::vector<std::vector<CellFeature>> all;
  for (int level = 0; level < levels; ++level) {
    if (level > 0) labels = refined(graph, live, labels);
    all.push_back(counted(graph, live, labels));
  }
  return all;
}

std::vector<std::uint64_t> paths(const CellGraph& graph, int most) {
  std::vector<std::uint64_t> found;
  follow(graph, graph.live(), 0, mixed(3, of_input), most, found);
  std::ranges::sort(found);
  const auto rest = std::ranges::unique(found);
  found.erase(rest.begin(), rest.end());
  return found;
}

}   // namespace archipel
