#include "search/genome_text.hpp"

#include "base/error.hpp"
#include "search/cell.hpp"
#include "search/gene.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace archipel {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n");
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\n") + 1 - first);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string number_text(double value) {
  std::array<char, 32> digits;
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

double value_from(const Gene& gene, std::string_view text, const std::string& place) {
  const std::string allowed =
      gene.choices.empty() ? number_text(gene.low) + " to " + number_text(gene.high) : joined(gene.choices);
  const auto refuse = [&]() -> double {
    throw InputError(place + ": " + gene.name + " = " + std::string(text) + ": allowed " + allowed);
  };
  if (!gene.choices.empty()) {
    const auto choice = std::ranges::find(gene.choices, text);
    return choice == gene.choices.end() ? refuse() : double(choice - gene.choices.begin());
  }
  double value = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end && repaired_value(gene, value) == value ? value : refuse();
}

/// `named`: genes whose part of the network must be there.
void require_cell(const Space& space, const Genome& genome, const std::vector<std::size_t>& named,
                  const std::string& place) {
  const auto& layout = *space.cell();
  auto graph = read_cell(layout, genome);
  if (graph.live() == 0)
    throw InputError(place + ": the cell has no path from its input (vertex 0) to its output (vertex " +
                     std::to_string(graph.output()) + "): name edges, for example cell.edge.0.1=1, cell.edge.1." +
                     std::to_string(graph.output()) + "=1");
  const auto live = graph.live();
  const auto require_live = [&](int vertex, std::size_t gene) {
    if (!(live >> vertex & 1) && std::ranges::find(named, gene) != named.end())
      throw InputError(place + ": " + space.genes()[gene].name + " is of no use: vertex " + std::to_string(vertex) +
                       " is on no path from the cell's input to its output");
  };
  for (int v = 1; v <= graph.nodes; ++v) require_live(v, layout.operation(v));
  for (int to = 1; to <= graph.output(); ++to) {
    for (int from = 0; from < to; ++from) {
      if (!graph.has(from, to)) continue;
      require_live(from, layout.edge(from, to));
      require_live(to, layout.edge(from, to));
    }
  }
  prune(graph);
  if (graph.edges() > layout.edge_budget)
    throw InputError(place + ": the cell has " + std::to_string(graph.edges()) + " edges; allowed are " +
                     std::to_string(layout.edge_budget) + " (space.edges)");
}

}   // namespace

Genome genome_from(const Space& space, std::string_view text, const std::string& place) {
  Genome genome;
  for (const auto& gene : space.genes()) genome.push_back(gene.low);
  std::vector<std::size_t> named;
  while (!trimmed(text).empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto part = trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    const auto sign = part.find('=');
    if (sign == part.npos)
      throw InputError(place + ": '" + std::string(part) + "': wanted is gene=value, and a comma between two");
    const std::string name(trimmed(part.substr(0, sign)));
    const auto gene = space.find(name);
    if (!gene) {
      std::vector<std::string> names;
      for (const auto& known : space.genes()) names.push_back(known.name);
      throw InputError(place + ": " + name + " is no gene of this space, which has " + joined(names));
    }
    if (std::ranges::find(named, *gene) != named.end()) throw InputError(place + ": " + name + " stands there twice");
    named.push_back(*gene);
    genome[*gene] = value_from(space.genes()[*gene], trimmed(part.substr(sign + 1)), place);
  }
  for (const auto gene : named) {
    if (!space.active(genome, gene))
      throw InputError(place + ": " + space.genes()[gene].name +
                       " is of no use: its condition (space.gene.when) does not hold");
  }
  if (space.cell()) require_cell(space, genome, named, place);
  return space.canonical(std::move(genome));
}

std::string text_of(const Space& space, const Genome& genome) {
  std::string text;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const auto& gene = space.genes()[i];
    if (!space.active(genome, i) || genome[i] == gene.low) continue;
    text += (text.empty() ? "" : ", ") + gene.name + "=" +
            (gene.choices.empty() ? number_text(genome[i]) : gene.choices[std::size_t(genome[i])]);
  }
  return text;
}

}   // namespace archipel
