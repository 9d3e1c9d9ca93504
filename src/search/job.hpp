#pragma once

#include "search/row.hpp"

#include <array>
#include <cstdint>

namespace archipel {

/// One evaluation to be done.
struct Job {
  Origin origin;
  Genome genome;
  Digest key;
  std::uint64_t cost = 1;    // of this evaluation
  std::uint64_t clock = 0;   // of the island after it
  std::array<Origin, 2> parents;
  Operator op = Operator::random;
  int replicate = 0;
  int attempt = 1;   // 2: the first failed for a reason of the machine
  int team = 0;      // that evaluates it: its place in the island's crew, -1 for one outside
};

}   // namespace archipel
