#pragma once

#include "search/function_evaluator.hpp"
#include "search/strategy.hpp"

#include <cmath>
#include <deque>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace archipel {

inline StrategySettings kind(const std::string& name) {
  StrategySettings settings;
  settings.kind = name;
  return settings;
}

inline Space space_of(const FunctionSettings& function) {
  Study study;
  study.space.kind = "genes";
  study.evaluator.kind = "function";
  study.evaluator.function = function;
  return make_space(study);
}

/// Six genes of five choices: the shape of NAS-Bench-201 (Dong & Yang 2020, arXiv:2001.00326).
inline Space six_edges() {
  std::vector<Gene> genes;
  for (int i = 0; i < 6; ++i)
    genes.push_back({.name = "edge" + std::to_string(i), .choices = {"0", "1", "2", "3", "4"}});
  return Space(std::move(genes));
}

/// All kinds of genes, some of them conditional, and a cell.
inline Space mixed_space() {
  Study study;
  study.space.genes = {
      {.name = "optimiser", .kind = "categorical", .choices = {"a", "b", "c"}},
      {.name = "depth", .kind = "integer", .low = 1, .high = 7},
      {.name = "steps", .kind = "integer", .low = 10, .high = 5000},
      {.name = "rate", .kind = "log_real", .low = 0.001, .high = 1},
      {.name = "momentum", .kind = "real", .low = 0, .high = 0.99, .when = "optimiser", .when_values = {"b", "c"}}};
  return make_space(study);
}

/// Fitness of a genome: larger is better, -infinity for a failure.
using Fitness = double (*)(const Genome& genome, const Digest& print);

inline double of_noise(const Genome&, const Digest& print) { return double(print.low >> 11) * 0x1p-53; }

/// A smooth part, made rugged by noise that depends on the genome alone; at most 104.
inline double of_edges(const Genome& genome, const Digest& print) {
  double score = 100 + 4 * of_noise(genome, print);
  for (int i = 0; i < 6; ++i) score -= (i + 1) * std::fabs(genome[std::size_t(i)] - (i * 3) % 5);
  return score;
}

inline double of_sphere(const Genome& genome, const Digest&) {
  double sum = 0;
  for (const double x : genome) sum -= x * x;
  return sum;
}

inline double of_ones(const Genome& genome, const Digest&) { return -of_sphere(genome, {}); }

inline double of_failures(const Genome&, const Digest&) { return -std::numeric_limits<double>::infinity(); }

struct Told {
  Proposal proposal;
  double fitness = 0;
};

/// The strategy alone; each ask knows the results of asks up to number - window.
inline std::vector<Told> run(Strategy& strategy, Fitness fitness, int asks, std::uint64_t seed, int window = 1) {
  std::vector<Told> all;
  for (int n = 0; n < asks; ++n) {
    if (n >= window) {
      const auto& [proposal, value] = all[std::size_t(n - window)];
      Stream draws(seed, Purpose::survive, 0, 0, std::uint32_t(n - window));
      strategy.tell({.origin = {0, n - window}, .genome = proposal.genome, .fitness = value}, draws);
    }
    Stream draws(seed, Purpose::ask, 0, 0, std::uint32_t(n));
    Told told{.proposal = strategy.ask(n, draws)};
    told.fitness = fitness(told.proposal.genome, digest_of(std::as_bytes(std::span(told.proposal.genome))));
    all.push_back(std::move(told));
  }
  return all;
}

inline std::vector<Told> run(const std::string& name, const Space& space, Fitness fitness, int asks, std::uint64_t seed,
                             int window = 1) {
  const auto strategy = make_strategy(kind(name), space);
  return run(*strategy, fitness, asks, seed, window);
}

inline double best_of(const std::vector<Told>& all) {
  double best = -std::numeric_limits<double>::infinity();
  for (const auto& told : all) best = std::max(best, told.fitness);
  return best;
}

/// Evaluations until this fitness, or a million.
inline int until(const std::vector<Told>& all, double fitness) {
  for (std::size_t n = 0; n < all.size(); ++n) {
    if (all[n].fitness >= fitness) return int(n) + 1;
  }
  return 1'000'000;
}

}   // namespace archipel
