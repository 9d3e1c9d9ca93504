#pragma once

#include "search/strategies/encoder.hpp"

#include <map>
#include <span>
#include <vector>

namespace archipel {

/// Covariance of two genomes, in units of the signal's variance: Matern 5/2 of the distance whose square is the sum of
/// weight * squared distance over the blocks of `Encoder` (a weight is 1 / length scale^2).
struct Kernel {
  std::vector<double> weights;   // [block]
  double noise = 1e-3;           // variance of what the kernel cannot explain, in the same unit
};

/// Matern 5/2 as a function of the squared distance.
double matern(double squared);

/// Squared distances of two genomes by block; `distances`: [block].
void block_distances(const Encoder& encoder, const Features& a, const Features& b, std::span<double> distances);

/// Genomes side by side, so that covariances with all of them are quick.
class Points {
 public:
  explicit Points(const Encoder& encoder);
  std::size_t size() const { return features_.size(); }
  void add(Features features);
  void shrink(std::size_t size);   // the first ones stay
  const Features& operator[](std::size_t i) const { return features_[i]; }
  /// `covariances`: [size()], without noise.
  void covariances(const Features& features, const Kernel& kernel, std::span<double> covariances) const;

 private:
  struct Entry {
    std::uint32_t point;
    double count;
  };
  const Encoder& encoder_;
  std::vector<Features> features_;
  std::vector<std::vector<double>> columns_;   // [coordinate, point]
  std::vector<std::map<std::uint64_t, std::vector<Entry>>>
      having_;   // [level]: the points that have a feature, ascending
};

}   // namespace archipel
