#pragma once

#include "search/cell.hpp"

#include <cstdint>
#include <vector>

namespace archipel {

/// How often a graph has a feature, which its hash names.
struct CellFeature {
  std::uint64_t name = 0;
  double count = 0;
  bool operator==(const CellFeature&) const = default;
};

/// Weisfeiler-Lehman features of the live part of a cell (Shervashidze et al. 2011, JMLR 12; for architectures Ru et al. 2021,
/// arXiv:2006.07556): [level], by name. Level 0 counts the labels of vertices: operation, input, output; a vertex's label of the next
/// level names its label and those of its inputs. Equal for isomorphic graphs.
std::vector<std::vector<CellFeature>> neighbourhoods(const CellGraph& graph, int levels);

/// Which paths from the input to the output there are, as sequences of operations (White et al. 2021, arXiv:1910.11858): hashes,
/// ascending, distinct. Paths with more than `most` inner vertices are left out, as that paper advises.
std::vector<std::uint64_t> paths(const CellGraph& graph, int most);

}   // namespace archipel
