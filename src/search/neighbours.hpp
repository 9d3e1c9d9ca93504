#pragma once

#include "search/space.hpp"

#include <cstdint>
#include <vector>

namespace archipel {

/// One change to a genome, of those that `mutated` (search/variation.hpp) draws from.
struct Change {
  enum class Kind : std::uint8_t { value, operation, edge, split };
  Kind kind = Kind::value;
  std::uint8_t from = 0, to = 0;   // vertices of the cell; the node of an operation is `to`
  std::uint32_t gene = 0;          // of a value
  double value = 0;                // of the gene, or the operation
};

/// The neighbourhood of a canonical genome in random order. Of each active gene outside the cell: every other value if there are at most
/// 64 of them, else 16 steps, up and down by 2^-2(k + u) of the range (of the logarithm for log-real genes) for k = 0..7 and random u in
/// [0, 1). Of the cell: every other operation of each live node, each edge between live vertices flipped, each edge split by a
/// node of each operation while there is a free one.
std::vector<Change> neighbourhood(const Space& space, const Genome& genome, Stream& draws);

/// `genome` with this change, repaired; genes that become active are drawn.
Genome changed(const Space& space, Genome genome, const Change& change, Stream& draws);

}   // namespace archipel
