#include "search/strategies/natural_evolution.hpp"

#include "search/gene.hpp"
#include "search/portable_math.hpp"
#include "search/unit_scale.hpp"
#include "search/variation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace archipel {
namespace {

constexpr int redraws = 8;
constexpr double first_deviation = 0.3, least_deviation = 1e-12, farthest = 3;   // in the unit scale; in deviations

std::vector<double> utilities_of(std::size_t count) {   // Wierstra et al. 2014, section 3.1
  std::vector<double> utilities(count);
  for (std::size_t i = 0; i < count; ++i) {
    utilities[i] = std::max(0.0, log2_portable(double(count) / 2 + 1) - log2_portable(double(i + 1)));
  }
  const double sum = std::accumulate(utilities.begin(), utilities.end(), 0.0);
  for (auto& utility : utilities) utility = utility / sum - 1 / double(count);
  return utilities;
}

}   // namespace

NaturalEvolution::NaturalEvolution(const StrategySettings& settings, const Space& space)
    : space_(space), population_(std::size_t(settings.population)) {
  const auto genes = double(std::max<std::size_t>(1, std::size_t(std::ranges::count_if(space.genes(), variable))));
  batch_size_ = std::size_t(4 + 3 * natural_log(genes));
  utilities_ = utilities_of(batch_size_);
  rate_ = 1 / std::sqrt(genes);
  deviation_rate_ = (3 + natural_log(genes)) / (5 * std::sqrt(genes));
  for (const auto& gene : space.genes()) {
    Marginal marginal{.probabilities = {}, .deviation = first_deviation};
    if (is_counted(gene)) marginal.probabilities.assign(std::size_t(value_count(gene)), 1 / value_count(gene));
    marginals_.push_back(std::move(marginal));
  }
}

Genome NaturalEvolution::sampled(Stream& draws) const {
  Genome genome(space_.size());
  for (std::size_t i = 0; i < genome.size(); ++i) {
    const Gene& gene = space_.genes()[i];
    const auto& [probabilities, mean, deviation] = marginals_[i];
    genome[i] = gene.low;
    if (!variable(gene)) continue;
    if (probabilities.empty()) {
      genome[i] = value_at(gene, mean + deviation * draws.normal());
    } else {
      double rest = draws.unit();
      for (std::size_t k = 0; k + 1 < probabilities.size() && rest >= probabilities[k]; ++k) {
        rest -= probabilities[k];
        ++genome[i];
      }
    }
  }
  return space_.repaired(std::move(genome), draws);
}

Proposal NaturalEvolution::ask(std::int64_t number, Stream& draws) {
  Proposal proposal{.genome = {}, .parents = {}, .op = Operator::random};
  if (number < std::int64_t(batch_size_)) {
    proposal.genome = space_.random(draws);
    seen_.add(proposal.genome);
    return proposal;
  }
  proposal.op = Operator::sampled;
  for (int i = 0; i < redraws; ++i) {
    proposal.genome = sampled(draws);
    if (seen_.add(proposal.genome)) return proposal;
  }
  for (int i = 0; i < redraws; ++i) {
    proposal.genome = mutated(space_, std::move(proposal.genome), 1, draws);
    if (seen_.add(proposal.genome)) break;
  }
  return proposal;
}

void NaturalEvolution::tell(Candidate candidate, Stream& draws) {
  learn(candidate);
  population_.insert(std::move(candidate), Replacement::worst, draws);
}

void NaturalEvolution::immigrate(const Candidate& candidate) {
  seen_.add(candidate.genome);
  learn(candidate);
}

void NaturalEvolution::learn(const Candidate& candidate) {
  batch_.push_back(candidate);
  if (batch_.size() < batch_size_) return;
  std::ranges::sort(batch_, better);
  step();
  batch_.clear();
}

void NaturalEvolution::step() {
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const Gene& gene = space_.genes()[i];
    auto& [probabilities, mean, deviation] = marginals_[i];
    if (!variable(gene)) continue;
    if (!probabilities.empty()) {
      double sum = 0, active = 0;
      for (std::size_t k = 0; k < batch_.size(); ++k) {
        if (!space_.active(batch_[k].genome, i)) continue;
        probabilities[std::size_t(batch_[k].genome[i] - gene.low)] += rate_ * utilities_[k];
        active += rate_ * utilities_[k];
      }
      const double margin = 1 / (double(space_.size() + 1) * double(probabilities.size()));
      // The gradient of an inactive gene is zero: what the active ones moved in sum is taken back in proportion.
      for (auto& p : probabilities) p = std::max(p / (1 + active), margin), sum += p;
      for (auto& p : probabilities) p /= sum;
      continue;
    }
    double shift = 0, spread = 0;
    for (std::size_t k = 0; k < batch_.size(); ++k) {
      if (!space_.active(batch_[k].genome, i)) continue;
      const double s = std::clamp((unit_of(gene, batch_[k].genome[i]) - mean) / deviation, -farthest, farthest);
      shift += utilities_[k] * s;
      spread += utilities_[k] * (s * s - 1);
    }
    mean = std::clamp(mean + deviation * shift, 0.0, 1.0);
    deviation *= exp2_portable(deviation_rate_ / 2 * spread * 1.4426950408889634);
    deviation = std::clamp(deviation, least_deviation, 1.0);
  }
}

}   // namespace archipel
