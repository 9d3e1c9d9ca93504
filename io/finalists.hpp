#pragma once

#include "io/schema.hpp"
#include "search/row.hpp"

#include <vector>

namespace archipel::io {

/// What an evaluate stage knows of one candidate.
struct Finalist {
  Row best;                     // of its rows
  std::vector<double> values;   // of the first objective, by replicate
  double mean = 0;
  double probability = 0;   // that it is the best one; 0 if none was repeated
};

/// Those of `rows` (of one evaluate stage, in order) that never failed, best mean first.
std::vector<Finalist> finalists_of(const StageLayout& stage, const std::vector<Row>& rows);

}   // namespace archipel::io
