#pragma once

#include "search/space.hpp"

#include <span>
#include <vector>

namespace archipel {

/// A density over the genomes of a space: the mean of one kernel for each given genome and of the uniform density. A kernel is a product
/// over genes: for categorical ones the centre's choice with probability (n + 1) / (n + choices), for numeric ones a normal density around
/// its place in [0, 1], cut off there, whose deviation follows Scott's rule. A gene that is inactive in the kernel's centre, but not in the
/// genome, has its uniform density; one that is inactive in the genome has none. Cells are the product of their operations and edges.
class Parzen {
 public:
  /// `space` must outlive it. At least one centre.
  Parzen(const Space& space, std::vector<Genome> centres);
  /// A draw, repaired.
  Genome draw(Stream& draws) const;
  /// Logarithm of the density, without a constant that depends on the space alone.
  double log_density(const Genome& genome) const;

 private:
  double log_kernel(std::size_t centre, const Genome& genome, std::span<const double> places,
                    std::span<const char> active) const;

  const Space& space_;
  std::vector<std::size_t> genes_;   // with more than one value
  std::vector<Genome> centres_;
  std::vector<std::vector<double>> places_;    // [centre, gene of genes_]: of numeric genes
  std::vector<std::vector<char>> active_;      // [centre, gene of genes_]
  std::vector<std::vector<double>> heights_;   // [centre, gene of genes_]: log density at the centre
  std::vector<double> deviations_;             // [gene of genes_]: of numeric genes
  std::vector<double> others_;                 // [gene of genes_]: log density of another choice
};

}   // namespace archipel
