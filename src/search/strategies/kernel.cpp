#include "search/strategies/kernel.hpp"

#include "search/portable_normal.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace archipel {

double matern(double squared) {
  const double r = std::sqrt(5 * squared);
  return (1 + r + r * r * (1.0 / 3)) * exp_portable(-r);
}

void block_distances(const Encoder& encoder, const Features& a, const Features& b, std::span<double> distances) {
  std::ranges::fill(distances, 0);
  const auto& coordinates = encoder.coordinates();
  for (std::size_t i = 0; i < coordinates.size(); ++i) {
    const double difference = a.coordinates[i] - b.coordinates[i];
    distances[coordinates[i].block] += coordinates[i].by_name ? double(difference != 0) : difference * difference;
  }
  for (std::size_t level = 0; level < encoder.level_count(); ++level) {
    double cosine = 0;
    auto x = a.levels[level].begin();
    auto y = b.levels[level].begin();
    while (x != a.levels[level].end() && y != b.levels[level].end()) {
      if (x->name == y->name) cosine += x++->count * y++->count;
      else if (x->name < y->name) ++x;
      else ++y;
    }
    distances[encoder.block_of_level(level)] = std::max(0.0, 1 - cosine);
  }
}

Points::Points(const Encoder& encoder)
    : encoder_(encoder), columns_(encoder.coordinates().size()), having_(encoder.level_count()) {}

void Points::add(Features features) {
  const auto point = std::uint32_t(features_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].push_back(features.coordinates[i]);
  for (std::size_t level = 0; level < having_.size(); ++level) {
    for (const auto& feature : features.levels[level]) having_[level][feature.name].push_back({point, feature.count});
  }
  features_.push_back(std::move(features));
}

void Points::shrink(std::size_t size) {
  for (; features_.size() > size; features_.pop_back()) {
    for (std::size_t level = 0; level < having_.size(); ++level) {
      for (const auto& feature : features_.back().levels[level]) {
        const auto found = having_[level].find(feature.name);
        found->second.pop_back();
        if (found->second.empty()) having_[level].erase(found);
      }
    }
  }
  for (auto& column : columns_) column.resize(size);
}

void Points::covariances(const Features& features, const Kernel& kernel, std::span<double> covariances) const {
  assert(covariances.size() == size());
  std::ranges::fill(covariances, 0);
  double* out = covariances.data();
  const auto count = size();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto [block, by_name] = encoder_.coordinates()[i];
    const double weight = kernel.weights[block], x = features.coordinates[i];
    const double* column = columns_[i].data();
    if (by_name) {
      for (std::size_t k = 0; k < count; ++k) out[k] += x != column[k] ? weight : 0.0;
    } else {
      for (std::size_t k = 0; k < count; ++k) out[k] += weight * ((x - column[k]) * (x - column[k]));
    }
  }
  for (std::size_t level = 0; level < having_.size(); ++level) {
    const double weight = kernel.weights[encoder_.block_of_level(level)];
    for (std::size_t k = 0; k < count; ++k) out[k] += weight;
    for (const auto& feature : features.levels[level]) {
      const auto found = having_[level].find(feature.name);
      if (found == having_[level].end()) continue;
      for (const auto& entry : found->second) out[entry.point] -= weight * feature.count * entry.count;
    }
  }
  for (std::size_t k = 0; k < count; ++k) out[k] = matern(out[k] < 0 ? 0 : out[k]);
}

}   // namespace archipel
