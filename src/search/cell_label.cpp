#include "search/cell.hpp"

#include <algorithm>

namespace archipel {
namespace {

using Mask = CellGraph::Mask;
using Bytes = std::array<std::uint8_t, max_cell_nodes>;

/// Constants for hashing colours of neighbours (splitmix64, Steele et al. 2014). Chance plays no part in exactness: hashes that
/// collide leave classes tied, and ties are searched.
constexpr auto mixes = [] {
  std::array<std::array<std::uint64_t, max_cell_nodes>, 2> table{};
  std::uint64_t state = 0;
  for (auto& row : table) {
    for (auto& value : row) {
      std::uint64_t z = state += 0x9e3779b97f4a7c15;
      z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
      z = (z ^ z >> 27) * 0x94d049bb133111eb;
      value = z ^ z >> 31;
    }
  }
  return table;
}();

/// Search for the canonical order of the live inner nodes, here numbered 0..size-1. A colouring gives each vertex the number of
/// vertices in smaller classes, so a discrete colouring is an order.
class Labelling {
 public:
  explicit Labelling(const CellGraph& graph) {
    std::array<int, CellGraph::capacity> index{};
    for (int v = 1; v <= graph.nodes; ++v) {
      if (graph.in[v] == 0) continue;
      vertex_[size_] = std::uint8_t(v);
      index[v] = size_++;
    }
    std::array<std::uint64_t, max_cell_nodes> key{};
    Bytes depth{};
    for (int i = 0; i < size_; ++i) {
      const int v = vertex_[i];
      for (Mask rest = graph.in[v] & ~1u; rest; rest &= Mask(rest - 1)) {
        const int j = index[std::countr_zero(rest)];
        in_[i] = Mask(in_[i] | 1u << j);
        out_[j] = Mask(out_[j] | 1u << i);
        depth[i] = std::max<std::uint8_t>(depth[i], std::uint8_t(depth[j] + 1));
      }
      label_[i] = std::uint16_t(graph.operation[v] << 2 | graph.has(0, v) << 1 | graph.has(v, graph.output()));
      key[i] = std::uint64_t(depth[i]) << 16 | label_[i];   // sorted by depth first, every order is topological
    }
    Bytes colour{};
    rank(key, colour);
    add_twins(colour);
    search(colour, 0);
  }

  CellGraph result(const CellGraph& graph) const {
    CellGraph ordered;
    ordered.nodes = graph.nodes;
    for (int i = 0; i < size_; ++i) {
      const int v = vertex_[i], position = best_[i] + 1;
      ordered.operation[position] = graph.operation[v];
      ordered.in[position] = Mask(graph.in[v] & 1);
      for (int j = 0; j < size_; ++j) {
        if (in_[i] >> j & 1) ordered.connect(best_[j] + 1, position);
      }
      if (graph.has(v, graph.output())) ordered.connect(position, ordered.output());
    }
    if (graph.has(0, graph.output())) ordered.connect(0, ordered.output());
    return ordered;
  }

 private:
  using Code = std::array<std::uint32_t, max_cell_nodes>;

  /// Colours from keys; returns the number of classes.
  int rank(const std::array<std::uint64_t, max_cell_nodes>& key, Bytes& colour) const {
    unsigned used = 0;
    for (int i = 0; i < size_; ++i) {
      int smaller = 0;
      for (int j = 0; j < size_; ++j) smaller += key[j] < key[i];
      colour[i] = std::uint8_t(smaller);
      used |= 1u << smaller;
    }
    return std::popcount(used);
  }

  /// Splits classes by the colours of inputs and outputs until nothing changes; returns the number of classes.
  int refine(Bytes& colour) const {
    unsigned used = 0;
    for (int i = 0; i < size_; ++i) used |= 1u << colour[i];
    for (int classes = std::popcount(used);;) {
      if (classes == size_) return classes;
      std::array<std::uint64_t, max_cell_nodes> key{};
      for (int i = 0; i < size_; ++i) {
        std::uint64_t hash = 0;
        for (Mask rest = in_[i]; rest; rest &= Mask(rest - 1)) hash += mixes[0][colour[std::countr_zero(rest)]];
        for (Mask rest = out_[i]; rest; rest &= Mask(rest - 1)) hash += mixes[1][colour[std::countr_zero(rest)]];
        key[i] = std::uint64_t(colour[i]) << 56 | hash >> 8;
      }
      const int refined = rank(key, colour);
      if (refined == classes) return classes;
      classes = refined;
    }
  }

  /// Vertices with equal labels, inputs and outputs may be swapped.
  void add_twins(const Bytes& colour) {
    for (int i = 0; i < size_; ++i) {
      for (int j = i + 1; j < size_; ++j) {
        if (colour[i] != colour[j] || in_[i] != in_[j] || out_[i] != out_[j]) continue;
        Bytes swap = unchanged();
        std::swap(swap[i], swap[j]);
        add_automorphism(swap);
        break;   // the next twin of this pair is a pair with j
      }
    }
  }

  Bytes unchanged() const {
    Bytes map{};
    for (int i = 0; i < size_; ++i) map[i] = std::uint8_t(i);
    return map;
  }

  void add_automorphism(const Bytes& map) {
    if (automorphism_count_ < automorphisms_.size()) automorphisms_[automorphism_count_++] = map;
  }

  /// True if automorphisms that fix the first `level` vertices of the path map `v` to a vertex of `tried`.
  bool equivalent(int v, unsigned tried, int level) const {
    unsigned orbit = 1u << v;
    for (bool grown = true; grown && !(orbit & tried);) {
      const unsigned before = orbit;
      for (std::size_t g = 0; g < automorphism_count_; ++g) {
        const auto& map = automorphisms_[g];
        if (!std::all_of(path_.begin(), path_.begin() + level, [&](std::uint8_t fixed) { return map[fixed] == fixed; }))
          continue;
        for (int i = 0; i < size_; ++i) {
          if ((orbit >> i & 1) || (orbit >> map[i] & 1)) orbit |= 1u << i | 1u << map[i];
        }
      }
      grown = orbit != before;
    }
    return orbit & tried;
  }

  void search(Bytes colour, int level) {
    if (refine(colour) == size_) return leaf(colour, level);
    std::array<std::uint8_t, max_cell_nodes> members{};
    for (int i = 0; i < size_; ++i) ++members[colour[i]];
    int target = 0;
    while (members[target] < 2) ++target;
    unsigned tried = 0;
    for (int v = 0; v < size_; ++v) {
      if (colour[v] != target || (tried && equivalent(v, tried, level))) continue;
      tried |= 1u << v;
      path_[level] = std::uint8_t(v);
      Bytes child = colour;
      for (int i = 0; i < size_; ++i) child[i] = std::uint8_t(child[i] + (colour[i] == target && i != v));
      search(child, level + 1);
      if (back_to_ < level) return;
      back_to_ = max_cell_nodes;
    }
  }

  void leaf(const Bytes& order, int level) {
    Code code{};
    for (int i = 0; i < size_; ++i) {
      std::uint32_t inputs = 0;
      for (Mask rest = in_[i]; rest; rest &= Mask(rest - 1)) inputs |= 1u << order[std::countr_zero(rest)];
      code[order[i]] = std::uint32_t(label_[i]) << 16 | inputs;
    }
    if (!found_ || code < best_code_) {
      found_ = true;
      best_code_ = code;
      best_ = order;
      best_path_ = path_;
    } else if (code == best_code_) {   // the map between the two orders is an automorphism
      Bytes at{}, map{};
      for (int i = 0; i < size_; ++i) at[best_[i]] = std::uint8_t(i);
      for (int i = 0; i < size_; ++i) map[i] = at[order[i]];
      add_automorphism(map);
      back_to_ = 0;   // this branch mirrors the best one below the vertex where they part
      while (back_to_ < level && path_[back_to_] == best_path_[back_to_]) ++back_to_;
    }
  }

  int size_ = 0;
  Bytes vertex_{};
  std::array<Mask, max_cell_nodes> in_{}, out_{};
  std::array<std::uint16_t, max_cell_nodes> label_{};
  std::array<Bytes, 32> automorphisms_{};
  std::size_t automorphism_count_ = 0;
  Bytes path_{}, best_path_{}, best_{};
  Code best_code_{};
  bool found_ = false;
  int back_to_ = max_cell_nodes;   // level at which the search goes on
};

}   // namespace

CellGraph labelled(const CellGraph& graph) { return Labelling(graph).result(graph); }

}   // namespace archipel
