#include "search/strategies/parzen.hpp"

#include "search/gene.hpp"
#include "search/portable_math.hpp"
#include "search/portable_normal.hpp"
#include "search/unit_scale.hpp"

#include <algorithm>
#include <cmath>

namespace archipel {
namespace {

bool numeric(const Gene& gene) { return gene.kind != GeneKind::categorical; }
double choices_of(const Gene& gene) { return gene.high - gene.low + 1; }

}   // namespace

Parzen::Parzen(const Space& space, std::vector<Genome> centres) : space_(space), centres_(std::move(centres)) {
  const auto& all = space.genes();
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (variable(all[i])) genes_.push_back(i);
  }
  const double count = double(centres_.size());
  for (const auto& centre : centres_) {
    std::vector<double> places;
    std::vector<char> active;
    for (const auto i : genes_) {
      active.push_back(space.active(centre, i));
      places.push_back(numeric(all[i]) ? unit_of(all[i], centre[i]) : 0);
    }
    places_.push_back(std::move(places));
    active_.push_back(std::move(active));
  }
  const double shrinkage = exp2_portable(-log2_portable(count + 1) / (double(genes_.size()) + 4));
  heights_.assign(centres_.size(), std::vector<double>(genes_.size(), 0.0));
  for (std::size_t k = 0; k < genes_.size(); ++k) {
    const auto& gene = all[genes_[k]];
    const double choices = choices_of(gene);
    if (!numeric(gene)) {   // relative to the uniform density, as below
      deviations_.push_back(0);
      others_.push_back(natural_log(choices / (count + choices)));
      for (auto& heights : heights_) heights[k] = natural_log(choices * (count + 1) / (count + choices));
      continue;
    }
    double number = 1, sum = 0.5, squares = 0.25 + 1.0 / 12;   // with the uniform density as one more centre
    for (std::size_t c = 0; c < centres_.size(); ++c) {
      if (!active_[c][k]) continue;
      ++number;
      sum += places_[c][k];
      squares += places_[c][k] * places_[c][k];
    }
    const double mean = sum / number, spread = std::sqrt(std::max(0.0, squares / number - mean * mean));
    const double least = integral(gene.kind) ? 0.5 / (choices - 1) : 0.01;
    const double deviation = std::max(spread * shrinkage, least);
    deviations_.push_back(deviation);
    others_.push_back(0);
    for (std::size_t c = 0; c < centres_.size(); ++c) {
      const double x = places_[c][k], mass = normal_cdf((1 - x) / deviation) - normal_cdf(-x / deviation);
      heights_[c][k] = -natural_log(deviation * 2.5066282746310002 * mass);
    }
  }
}

Genome Parzen::draw(Stream& draws) const {
  const auto c = draws.below(std::uint32_t(centres_.size() + 1));
  if (c == centres_.size()) return space_.random(draws);
  auto genome = centres_[c];
  const double count = double(centres_.size());
  for (std::size_t k = 0; k < genes_.size(); ++k) {
    const auto i = genes_[k];
    const auto& gene = space_.genes()[i];
    if (!space_.active(genome, i)) continue;
    if (!active_[c][k]) {
      genome[i] = random_value(gene, draws);
    } else if (!numeric(gene)) {
      const double choices = choices_of(gene);
      if (draws.chance((choices - 1) / (count + choices))) genome[i] = mutated_value(gene, genome[i], draws);
    } else {
      double place = -1;
      for (int attempt = 0; attempt < 16 && (place < 0 || place > 1); ++attempt)
        place = places_[c][k] + deviations_[k] * draws.normal();
      genome[i] = value_at(gene, place);
    }
  }
  return space_.repaired(std::move(genome), draws);
}

double Parzen::log_kernel(std::size_t centre, const Genome& genome, std::span<const double> places,
                          std::span<const char> active) const {
  double sum = 0;
  for (std::size_t k = 0; k < genes_.size(); ++k) {
    if (!active[k] || !active_[centre][k]) continue;
    if (deviations_[k] == 0) {
      sum += genome[genes_[k]] == centres_[centre][genes_[k]] ? heights_[centre][k] : others_[k];
    } else {
      const double z = (places[k] - places_[centre][k]) / deviations_[k];
      sum += heights_[centre][k] - 0.5 * z * z;
    }
  }
  return sum;
}

double Parzen::log_density(const Genome& genome) const {
  std::vector<double> places;
  std::vector<char> active;
  for (const auto i : genes_) {
    const auto& gene = space_.genes()[i];
    active.push_back(space_.active(genome, i));
    places.push_back(numeric(gene) ? unit_of(gene, genome[i]) : 0);
  }
  std::vector<double> logs = {0};   // the uniform density
  for (std::size_t c = 0; c < centres_.size(); ++c) logs.push_back(log_kernel(c, genome, places, active));
  const double largest = std::ranges::max(logs);
  double sum = 0;
  for (const double each : logs) sum += exp_portable(each - largest);
  return largest + natural_log(sum / double(logs.size()));
}

}   // namespace archipel
