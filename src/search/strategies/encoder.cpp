#include "search/strategies/encoder.hpp"

#include "search/gene.hpp"
#include "search/unit_scale.hpp"

#include <algorithm>
#include <cmath>

namespace archipel {
namespace {

constexpr std::size_t most_blocks = 64;
constexpr double beside = 0.75;   // how far an inactive numeric gene lies from the active ones

bool in_cell(const Space& space, std::size_t gene) {
  const auto& cell = space.cell();
  return cell && cell->first_operation <= gene && gene < cell->first_edge + cell->edge_count();
}

void scale_to_length_one(std::vector<CellFeature>& features) {
  double squares = 0;
  for (const auto& feature : features) squares += feature.count * feature.count;
  const double length = std::sqrt(squares);
  for (auto& feature : features) feature.count /= length;
}

}   // namespace

Encoder::Encoder(const Space& space) : space_(space) {
  const auto& all = space.genes();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!in_cell(space, i) && variable(all[i])) genes_.push_back(i);
  }
  const bool shared = genes_.size() > most_blocks;
  std::vector<char> grouped(all.size(), 0);
  for (const auto i : genes_) {
    const bool by_name = all[i].kind == GeneKind::categorical;
    const auto block = shared ? std::size_t(by_name) : coordinate_blocks_++;
    coordinates_.push_back({block, by_name});
    if (!by_name && all[i].when) coordinates_.push_back({block, false});
    if (!by_name || grouped[i]) continue;
    Group group{.genes = {}, .choices = all[i].choices.size()};
    for (const auto j : genes_) {
      if (all[j].kind != GeneKind::categorical || all[j].choices != all[i].choices) continue;
      group.genes.push_back(j);
      grouped[j] = 1;
    }
    if (group.genes.size() >= 3 && group.choices <= most_blocks) groups_.push_back(std::move(group));
  }
  if (shared) coordinate_blocks_ = 2;
  for (const auto& group : groups_) {
    for (std::size_t choice = 0; choice < group.choices; ++choice)
      coordinates_.push_back({coordinate_blocks_++, false});
  }
}

Features Encoder::encode(const Genome& genome) const {
  const auto& all = space_.genes();
  Features features;
  features.coordinates.reserve(coordinates_.size());
  for (const auto i : genes_) {
    const bool active = space_.active(genome, i);
    if (all[i].kind == GeneKind::categorical) {
      features.coordinates.push_back(active ? genome[i] : -1);
    } else {
      features.coordinates.push_back(active ? unit_of(all[i], genome[i]) : 0.5);
      if (all[i].when) features.coordinates.push_back(active ? 0 : beside);
    }
  }
  for (const auto& group : groups_) {
    const auto first = features.coordinates.size();
    features.coordinates.resize(first + group.choices, 0.0);
    const double one = 1 / std::sqrt(double(group.genes.size()));
    for (const auto i : group.genes) {
      if (space_.active(genome, i)) features.coordinates[first + std::size_t(genome[i])] += one;
    }
  }
  if (space_.cell()) {
    features.levels = neighbourhoods(read_cell(*space_.cell(), genome), levels);
    for (auto& level : features.levels) scale_to_length_one(level);
  }
  return features;
}

}   // namespace archipel
