#pragma once

#include "search/space.hpp"
#include "search/strategies/cell_features.hpp"

#include <cstdint>
#include <vector>

namespace archipel {

/// What a kernel compares of a genome.
struct Features {
  std::vector<double> coordinates;                // [Encoder::coordinates]
  std::vector<std::vector<CellFeature>> levels;   // of the cell graph: neighbourhoods, each level of length 1
};

/// Turns genomes into features. Squared distances come in blocks, each between 0 and about 1, each of a Euclidean embedding, so any
/// weighted sum of them is a squared distance in a Hilbert space:
/// - a numeric gene: the squared difference of its places in [0, 1]; inactive it lies beside the middle, on an axis of its own
/// - a categorical gene: 1 if the choices differ; inactive is a choice of its own
/// - categorical genes with equal choices, at least three: for each choice, how often it occurs among them, as operations on
///   the edges of a cell that the study does not declare as one
/// - a cell graph: for each Weisfeiler-Lehman level, 1 less the cosine of the counts
/// Spaces of more than 64 genes outside of the cell have one block for all numeric and one for all categorical genes.
class Encoder {
 public:
  static constexpr int levels = 3;
  struct Coordinate {
    std::size_t block = 0;
    bool by_name = false;   // 1 if different, else the squared difference
  };

  /// `space` must outlive it.
  explicit Encoder(const Space& space);
  Features encode(const Genome& genome) const;

  const std::vector<Coordinate>& coordinates() const { return coordinates_; }
  std::size_t level_count() const { return space_.cell() ? levels : 0; }
  std::size_t blocks() const { return coordinate_blocks_ + level_count(); }   // those of levels come last
  std::size_t block_of_level(std::size_t level) const { return coordinate_blocks_ + level; }

 private:
  struct Group {   // of genes with equal choices
    std::vector<std::size_t> genes;
    std::size_t choices = 0;
  };

  const Space& space_;
  std::vector<std::size_t> genes_;   // outside of the cell, with more than one value
  std::vector<Group> groups_;
  std::vector<Coordinate> coordinates_;
  std::size_t coordinate_blocks_ = 0;
};

}   // namespace archipel
