#pragma once

#include "search/strategy.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

namespace archipel {

/// What a strategy that learns a model remembers: everything told, with immigrants among it; what is asked and not yet told; and
/// what the evaluator did not admit.
class History {
 public:
  /// `capacity`: of the population, which keeps the best for migration.
  explicit History(std::size_t capacity) : population_(capacity) {}

  /// Notes a proposal. One that replaces another of the same number means that the evaluator did not admit that one.
  void asked(std::int64_t number, const Genome& genome);
  bool asked_before(std::int64_t number) const { return pending_.contains(number); }
  /// The result of the earliest proposal that is pending.
  void tell(Candidate candidate, Stream& draws);
  /// Takes in what migration has put into the population since.
  void meet_immigrants();

  /// Whether the genome was told, is pending or was not admitted.
  bool knows(const Genome& genome) const;
  /// Different genomes, in the order of their arrival; failed ones have fitness -infinity.
  const std::vector<Candidate>& observed() const { return observed_; }
  /// Indices of `observed`, the best first.
  const std::vector<std::uint32_t>& ranking() const { return ranking_; }
  /// Observed genomes that have not failed.
  std::size_t successes() const { return successes_; }
  /// Asked and not yet told, by number.
  const std::map<std::int64_t, Genome>& pending() const { return pending_; }
  Population& population() { return population_; }

  /// `most` indices of `observed` (all if there are not more), ascending: half of them the best, a quarter the latest, the rest
  /// evenly spaced over the ranking of all others.
  std::vector<std::uint32_t> selection(std::size_t most) const;

 private:
  void observe(const Candidate& candidate);

  Population population_;
  Origin latest_;   // of the members met, to enter it
  std::vector<Candidate> observed_;
  std::vector<std::uint32_t> ranking_;
  std::size_t successes_ = 0;
  std::map<std::int64_t, Genome> pending_;
  std::set<std::uint64_t> prints_;      // of what is observed
  std::multiset<std::uint64_t> shut_;   // of what is pending or was not admitted
};

/// Fitness values as a model can learn them: larger is better, mean 0, variance 1 (all 0 if they are equal). Values further below the
/// median (of what is below the best, if half are the best) than the best is above it are drawn in by a logarithm, as there is nothing to learn from how bad the bad ones are;
/// failures (-infinity) become the worst value. At least one must be finite.
std::vector<double> shaped(std::span<const double> fitness);

}   // namespace archipel
