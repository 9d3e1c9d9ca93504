#include "search/strategies/cma_es.hpp"

#include "base/error.hpp"
#include "search/gene.hpp"
#include "search/portable_math.hpp"
#include "search/unit_scale.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace archipel {
namespace {

constexpr double first_sigma = 0.3, least_step = 1e-12, most_condition = 1e14;
constexpr std::size_t most_genes = 400;   // the decomposition takes seconds beyond

double squared(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return sum;
}

}   // namespace

CmaEs::CmaEs(const StrategySettings& settings, const Space& space)
    : space_(space), n_(space.size()), population_(std::size_t(settings.population)) {
  for (const auto& gene : space.genes()) {
    if (integral(gene.kind))
      throw InputError(
          "strategy.kind = \"cmaes\": gene " + gene.name +
          " has whole values; allowed are genes of kind \"real\" and \"log_real\" only (nes takes all kinds)");
  }
  if (n_ == 0 || n_ > most_genes)
    throw InputError("strategy.kind = \"cmaes\": the space has " + std::to_string(n_) + " genes; allowed 1 to " +
                     std::to_string(most_genes) + " (nes has no such limit)");
  begin(std::size_t(4 + 3 * natural_log(double(n_))));
}

void CmaEs::begin(std::size_t batch_size) {
  const auto n = double(n_), lambda = double(batch_size);
  lambda_ = batch_size;
  weights_.assign(lambda_, 0);
  double positive = 0, positive_squares = 0, negative = 0, negative_squares = 0;
  for (std::size_t i = 0; i < lambda_; ++i) {
    const double w = weights_[i] = natural_log((lambda + 1) / 2) - natural_log(double(i + 1));
    (w > 0 ? positive : negative) += std::fabs(w);
    (w > 0 ? positive_squares : negative_squares) += w * w;
  }
  mu_eff_ = positive * positive / positive_squares;
  const double mu_eff_negative = negative_squares > 0 ? negative * negative / negative_squares : 0;
  c_1_ = 2 / ((n + 1.3) * (n + 1.3) + mu_eff_);
  c_mu_ = std::min(1 - c_1_, 2 * (0.25 + mu_eff_ + 1 / mu_eff_ - 2) / ((n + 2) * (n + 2) + mu_eff_));
  const double alpha =
      std::min({1 + c_1_ / c_mu_, 1 + 2 * mu_eff_negative / (mu_eff_ + 2), (1 - c_1_ - c_mu_) / (n * c_mu_)});
  for (auto& w : weights_) w *= w > 0 ? 1 / positive : alpha / negative;
  c_sigma_ = (mu_eff_ + 2) / (n + mu_eff_ + 5);
  d_sigma_ = 1 + 2 * std::max(0.0, std::sqrt((mu_eff_ - 1) / (n + 1)) - 1) + c_sigma_;
  c_c_ = (4 + mu_eff_ / n) / (n + 4 + 2 * mu_eff_ / n);
  chi_ = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));

  ++run_;
  placed_ = false;
  sigma_ = first_sigma;
  mean_.assign(n_, 0.5);
  path_sigma_.assign(n_, 0);
  path_c_.assign(n_, 0);
  covariance_.assign(n_ * n_, 0);
  for (std::size_t i = 0; i < n_; ++i) covariance_[i * n_ + i] = 1;
  eigen_ = {.values = std::vector<double>(n_, 1), .vectors = covariance_};
  scales_.assign(n_, 1);
  generation_ = decomposed_ = 0;
  batch_.clear();
  best_.clear();
}

Proposal CmaEs::ask(std::int64_t number, Stream& draws) {
  if (!placed_) {
    for (auto& x : mean_) x = draws.unit();
    placed_ = true;
  }
  std::vector<double> z(n_);
  for (std::size_t k = 0; k < n_; ++k) z[k] = scales_[k] * draws.normal();
  Proposal proposal{.genome = Genome(n_), .parents = {}, .op = Operator::sampled};
  for (std::size_t i = 0; i < n_; ++i) {
    double y = 0;
    for (std::size_t k = 0; k < n_; ++k) y += eigen_.vectors[i * n_ + k] * z[k];
    proposal.genome[i] = value_at(space_.genes()[i], mean_[i] + sigma_ * y);
  }
  if (!in_flight_.empty() && in_flight_.back().number == number) in_flight_.pop_back();   // it was not admitted
  in_flight_.push_back({number, run_, step_to(proposal.genome)});
  return proposal;
}

std::vector<double> CmaEs::step_to(const Genome& genome) const {
  std::vector<double> step(n_);
  for (std::size_t i = 0; i < n_; ++i) step[i] = (unit_of(space_.genes()[i], genome[i]) - mean_[i]) / sigma_;
  return step;
}

void CmaEs::tell(Candidate candidate, Stream& draws) {
  auto asked = std::move(in_flight_.front());
  in_flight_.pop_front();
  if (asked.run == run_) learn(candidate.fitness, std::move(asked.step));
  population_.insert(std::move(candidate), Replacement::worst, draws);
}

void CmaEs::immigrate(const Candidate& candidate) {
  if (placed_) learn(candidate.fitness, step_to(candidate.genome));
}

void CmaEs::learn(double fitness, std::vector<double> step) {
  batch_.push_back({fitness, std::move(step)});
  if (batch_.size() < lambda_) return;
  update();
  const bool over = converged();
  batch_.clear();
  if (over) begin(2 * lambda_);
}

std::vector<double> CmaEs::whitened(const std::vector<double>& y) const {
  std::vector<double> turned(n_, 0), result(n_, 0);
  for (std::size_t i = 0; i < n_; ++i) {
    for (std::size_t k = 0; k < n_; ++k) turned[k] += eigen_.vectors[i * n_ + k] * y[i];
  }
  for (std::size_t k = 0; k < n_; ++k) turned[k] /= scales_[k];
  for (std::size_t i = 0; i < n_; ++i) {
    for (std::size_t k = 0; k < n_; ++k) result[i] += eigen_.vectors[i * n_ + k] * turned[k];
  }
  return result;
}

void CmaEs::update() {
  const auto n = double(n_);
  std::ranges::stable_sort(batch_, [](const Sample& a, const Sample& b) { return a.fitness > b.fitness; });
  best_.push_back(batch_.front().fitness);

  const double longest = std::sqrt(n) + 2 * n / (n + 2);
  std::vector<std::vector<double>> steps;
  std::vector<double> lengths;   // Mahalanobis, squared
  std::vector<double> mean_step(n_, 0);
  for (std::size_t k = 0; k < lambda_; ++k) {
    auto y = std::move(batch_[k].step);
    double length = std::sqrt(squared(whitened(y)));
    if (length > longest) {
      for (auto& x : y) x *= longest / length;
      length = longest;
    }
    for (std::size_t i = 0; weights_[k] > 0 && i < n_; ++i) mean_step[i] += weights_[k] * y[i];
    steps.push_back(std::move(y));
    lengths.push_back(std::max(length * length, 1e-20));
  }
  for (std::size_t i = 0; i < n_; ++i) mean_[i] += sigma_ * mean_step[i];

  const auto white = whitened(mean_step);
  const double keep_sigma = std::sqrt(c_sigma_ * (2 - c_sigma_) * mu_eff_);
  for (std::size_t i = 0; i < n_; ++i) path_sigma_[i] = (1 - c_sigma_) * path_sigma_[i] + keep_sigma * white[i];
  const double norm = std::sqrt(squared(path_sigma_));
  ++generation_;
  const double faded = exp2_portable(std::max(-900.0, 2.0 * generation_ * log2_portable(1 - c_sigma_)));
  const bool moving = norm / std::sqrt(1 - faded) < (1.4 + 2 / (n + 1)) * chi_;
  const double keep_c = moving ? std::sqrt(c_c_ * (2 - c_c_) * mu_eff_) : 0;
  for (std::size_t i = 0; i < n_; ++i) path_c_[i] = (1 - c_c_) * path_c_[i] + keep_c * mean_step[i];

  double total = 0;
  for (const double w : weights_) total += w;
  const double kept = 1 + (moving ? 0 : c_1_ * c_c_ * (2 - c_c_)) - c_1_ - c_mu_ * total;
  for (std::size_t i = 0; i < n_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = kept * covariance_[i * n_ + j] + c_1_ * path_c_[i] * path_c_[j];
      for (std::size_t k = 0; k < lambda_; ++k) {
        const double w = weights_[k] >= 0 ? weights_[k] : weights_[k] * n / lengths[k];
        sum += c_mu_ * w * steps[k][i] * steps[k][j];
      }
      covariance_[i * n_ + j] = covariance_[j * n_ + i] = sum;
    }
  }
  const double growth = std::min(1.0, c_sigma_ / d_sigma_ * (norm / chi_ - 1));
  sigma_ = std::min(1.0, sigma_ * exp2_portable(1.4426950408889634 * growth));
  if (generation_ - decomposed_ >= std::max(1, int(1 / (10 * n * (c_1_ + c_mu_))))) decompose();
}

void CmaEs::decompose() {
  decomposed_ = generation_;
  eigen_ = symmetric_eigen(covariance_, n_);
  const double largest = *std::ranges::max_element(eigen_.values);
  for (std::size_t k = 0; k < n_; ++k) scales_[k] = std::sqrt(std::max(eigen_.values[k], largest / most_condition));
}

bool CmaEs::converged() {
  const auto [least, largest] = std::ranges::minmax(scales_);
  if (sigma_ * largest < least_step || largest * largest >= most_condition / 2 * least * least) return true;
  const std::size_t memory = 10 + 30 * n_ / lambda_;
  if (best_.size() < memory) return false;
  if (best_.size() > memory) best_.pop_front();
  const auto [worst, best] = std::ranges::minmax(best_);
  return best - std::min(worst, batch_.back().fitness) <= 1e-12 * std::fabs(best);
}

}   // namespace archipel
