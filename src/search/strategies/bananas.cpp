#include "search/strategies/bananas.hpp"

#include "search/gene.hpp"
#include "search/strategies/cell_features.hpp"
#include "search/unit_scale.hpp"

#include <algorithm>
#include <cmath>

namespace archipel {
namespace {

constexpr int networks = 5, training_steps = 600;
constexpr std::size_t most_samples = 256;
constexpr int longest_path = 4;                // inner vertices
constexpr std::size_t places_of_paths = 256;   // hashes share them
constexpr Effort effort{.random = 16, .first = 96, .rounds = 2, .in_round = 48, .parents = 8};

}   // namespace

InputEncoder::InputEncoder(const Space& space) : space_(space) {
  const auto& cell = space.cell();
  for (std::size_t i = 0; i < space.size(); ++i) {
    const auto& gene = space.genes()[i];
    const bool in_cell = cell && cell->first_operation <= i && i < cell->first_edge + cell->edge_count();
    if (in_cell || !variable(gene)) continue;
    genes_.push_back(i);
    size_ += gene.kind == GeneKind::categorical ? gene.choices.size() : 2;
  }
  paths_ = size_;
  if (cell) size_ += places_of_paths + 1;
}

Inputs InputEncoder::encode(const Genome& genome) const {
  Inputs inputs;
  std::size_t place = 0;
  for (const auto i : genes_) {
    const auto& gene = space_.genes()[i];
    const bool active = space_.active(genome, i);
    if (gene.kind == GeneKind::categorical) {
      if (active) inputs.push_back({std::uint32_t(place + std::size_t(genome[i])), 1});
      place += gene.choices.size();
    } else {
      if (active) inputs.push_back({std::uint32_t(place), float(2 * unit_of(gene, genome[i]) - 1)});
      if (active && gene.when) inputs.push_back({std::uint32_t(place + 1), 1});
      place += 2;
    }
  }
  if (space_.cell()) {
    const auto graph = read_cell(*space_.cell(), genome);
    for (const auto path : paths(graph, longest_path))
      inputs.push_back({std::uint32_t(paths_ + path % places_of_paths), 1});
    inputs.push_back(
        {std::uint32_t(paths_ + places_of_paths), float(graph.edges()) / float(space_.cell()->edge_budget)});
  }
  return inputs;
}

std::vector<Idea> Bananas::ideas(Stream& draws) {
  if (history().observed().size() >= next_training_) train(draws);
  const auto score = [&](std::span<const Genome> genomes) {
    std::vector<double> scores;
    for (const auto& genome : genomes) {
      const auto inputs = encoder_.encode(genome);
      double sum = 0, squares = 0;
      for (const auto& network : ensemble_) {
        const double value = network.predict(inputs);
        sum += value;
        squares += value * value;
      }
      const double mean = sum / networks, variance = std::max(0.0, squares / networks - mean * mean);
      scores.push_back(mean + std::sqrt(variance) * draws.normal());
    }
    return scores;
  };
  return explore(space(), history(), score, effort, draws);
}

void Bananas::train(Stream& draws) {
  const auto& observed = history().observed();
  std::vector<Inputs> samples;
  std::vector<double> fitness;
  double filled = 0;
  for (const auto i : history().selection(most_samples)) {
    samples.push_back(encoder_.encode(observed[i].genome));
    fitness.push_back(observed[i].fitness);
    filled += double(samples.back().size());
  }
  const auto targets = shaped(fitness);
  ensemble_.clear();
  for (int i = 0; i < networks; ++i) {
    ensemble_.emplace_back(encoder_.size(), filled / double(samples.size()), draws);
    ensemble_.back().train(samples, targets, training_steps, draws);
  }
  next_training_ = observed.size() + std::clamp<std::size_t>(observed.size() / 20, 4, 100);
}

}   // namespace archipel
