#pragma once

#include "base/digest.hpp"
#include "search/space.hpp"

#include <array>
#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace archipel {

/// How an evaluation ended. The first four are functions of the genome, the rest happened to the machine. Stored: append only.
enum class Outcome : std::uint8_t { ok = 1, diverged, too_large, too_costly, timeout, out_of_memory, error };
std::string_view name_of(Outcome outcome);
/// timeout, out_of_memory, error: the machine's doing.
bool of_the_machine(Outcome outcome);

/// How a genome came about. Stored: append only.
enum class Operator : std::uint8_t { random = 1, mutation, crossover, given, sampled };
inline constexpr Operator last_operator = Operator::sampled;
std::string_view name_of(Operator op);

/// Names an evaluation within a stage.
struct Origin {
  std::int32_t island = -1;   // -1: none
  std::int64_t ask = -1;
  auto operator<=>(const Origin&) const = default;
};

/// What strategies learn from and islands exchange. `fitness`: larger is better, -infinity if the outcome is not ok.
struct Candidate {
  Origin origin;
  Genome genome;
  double fitness = 0;
  Digest weights;   // artefact of its trained weights, none if not kept
  std::vector<double> objectives =
      {};   // if the stage optimises several: their values, signed so that larger is better

  std::vector<double> scores() const { return objectives.empty() ? std::vector{fitness} : objectives; }
};
/// True if `a` ranks before `b`: larger fitness first, then the other objectives in turn, then the smaller origin. A total order.
inline bool better(const Candidate& a, const Candidate& b) {
  const auto rank = [](double fitness) {
    return std::isnan(fitness) ? -std::numeric_limits<double>::infinity() : fitness;
  };
  const double left = rank(a.fitness), right = rank(b.fitness);
  if (left != right) return left > right;
  return a.objectives != b.objectives ? a.objectives > b.objectives : a.origin < b.origin;
}

struct Epoch {                      // one point of a training curve
  double train_loss = 0;            // mean over the epoch, nat
  double validation_accuracy = 0;   // share
  double learning_rate = 0;         // at the last step
};

/// What an evaluator returns.
struct Evaluation {
  Outcome outcome = Outcome::ok;
  std::vector<double> objectives;   // one for each of Evaluator::objectives(), NaN if unknown
  std::vector<double> reported;     // one for each of Evaluator::reported(), never seen by the search
  std::vector<Epoch> curve;         // at most Evaluator::curve_points()
  Digest weights;                   // artefact of the trained weights, none if not kept
  std::string reason = {};          // one line on an outcome of the machine: for messages, not recorded
};

/// The record of one evaluation: a pure function of the study, its data and the numerics.
struct Row {
  Origin origin;
  Genome genome;   // canonical
  Evaluation evaluation;
  Digest key;
  std::uint64_t cost = 1;    // nominal, in the evaluator's integer units
  std::uint64_t clock = 0;   // of the island after this ask: the sum of the costs of asks 0..ask
  std::array<Origin, 2> parents;
  Operator op = Operator::random;
  int replicate = 0;   // of the genome in its stage, below 256
  bool late = false;   // ended after a wall-clock budget: the island asks no more after it is told
};

/// A candidate that came to an island from another. Recorded by the receiver.
struct Migration {
  std::int32_t island = 0;   // receiver
  std::int64_t index = 0;    // 0, 1, ... on the receiver
  std::int64_t told = 0;     // evaluations told when it arrived
  std::uint64_t clock = 0;   // receiver's clock when it arrived
  std::uint64_t stamp = 0;   // sender's clock when it left
  Origin migrant;
  Origin replaced;   // who left for it; none: the population was not full; itself: it was not taken
  double fitness = 0;
};

/// What an island that has evaluated all it may leaves behind.
struct IslandEnd {
  std::int64_t rows = 0, migrations = 0;   // numbers of both, migrations to the island
  bool operator==(const IslandEnd&) const = default;
};

}   // namespace archipel
