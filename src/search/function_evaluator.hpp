#pragma once

#include "search/evaluator.hpp"

namespace archipel {

/// Known functions with an artificial cost, to test and measure the search without training. Over all genes of the space:
/// - sphere, rastrigin (minimised): sums over the genes' values; the cosine is `cos_turns`, the same bits everywhere
/// - rosenbrock (minimised): sum of 100 (x[i + 1] - x[i]^2)^2 + (1 - x[i])^2, a curved valley with its least value 0 at ones
/// - onemax (maximised): the number of ones
/// - trap (maximised): blocks of five genes (the last may be shorter) of u ones give 5 if u = 5, else 4 - u, so that every step but
///   the last leads away from the optimum (Deb & Goldberg 1993, FOGA 2)
/// Of several objectives, all minimised, over genes in [0, 1]:
/// - zdt1, zdt2, zdt3 (Zitzler, Deb & Thiele 2000, Evolutionary Computation 8): two, over at least two genes
/// - dtlz2 (Deb et al. 2002, CEC): three, over at least three genes
/// With `noise`, each value has a normal deviate of that deviation added, keyed by the evaluation's key.
/// The cost is 1000 * (1 + (cost_spread - 1) * u) units with u uniform in [0, 1), keyed by the genome.
class FunctionEvaluator : public Evaluator {
 public:
  /// InputError if the function is unknown, or its genes are not as above.
  FunctionEvaluator(const FunctionSettings& settings, const Space& space, std::int64_t replicate = 0);

  const std::vector<Objective>& objectives() const override { return objectives_; }
  const std::vector<std::string>& reported() const override { return reported_; }
  std::uint64_t cost(const Genome& genome) const override;
  Digest key(const Genome& genome, int replicate = 0) const override;
  /// Sleeps `sleep` s per 1000 units of cost first. With noise, the value without it is reported.
  Evaluation evaluate(const Genome& genome, const Digest& key) override;

 private:
  enum class Function { sphere, rastrigin, rosenbrock, onemax, trap, zdt1, zdt2, zdt3, dtlz2 };

  double value(const Genome& genome) const;   // of a function with one objective
  std::vector<double> values(const Genome& genome) const;
  void sleep(double seconds) const;   // Stopped if abandoned

  FunctionSettings settings_;
  Function function_ = Function::sphere;
  Digest function_digest_;
  std::int64_t replicate_;   // of the stage's fidelity
  std::vector<Objective> objectives_;
  std::vector<std::string> reported_;
};

}   // namespace archipel
