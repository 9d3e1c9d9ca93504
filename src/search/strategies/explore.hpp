#pragma once

#include "search/strategies/history.hpp"

#include <functional>

namespace archipel {

/// A proposal and what a model says of it: larger is better.
struct Idea {
  Proposal proposal;
  double score = 0;
};

/// Scores of genomes, in order.
using Score = std::function<std::vector<double>(std::span<const Genome>)>;

struct Effort {
  int random = 64;   // genomes drawn from the space
  int first = 64;    // variations of the best that were told
  int rounds = 4;    // of variations of the best ideas so far
  int in_round = 32;
  int parents = 8;
};

/// Different genomes that the history does not know, found by evolution under `score`, best first (among equals the earlier). Empty
/// if every genome it came upon was known.
std::vector<Idea> explore(const Space& space, const History& history, const Score& score, const Effort& effort,
                          Stream& draws);

/// A genome of the space that the history does not know, if a few draws find one.
Proposal newcomer(const Space& space, const History& history, Stream& draws);

/// A few random changes. Genes with an order are also moved together, by normal steps of 0.2 to 0.006 of their range: near an
/// optimum of such genes `mutated` alone would rarely find a better one.
Genome varied(const Space& space, const Genome& genome, Stream& draws);

}   // namespace archipel
