#pragma once

#include "app/problem.hpp"
#include "app/tournament.hpp"

#include <span>
#include <vector>

namespace archipel::app {

/// The first stage of the study, searched by this rank alone. `shuffled`: told the scores of other candidates.
Score score_of_search(const Study& study, bool shuffled, Problem& problem);

/// A score as numbers, and back from the first of `left`, which shrinks.
std::vector<double> numbers_of(const Score& score);
Score score_from(std::span<const double>& left, std::size_t reported, std::size_t objectives);

}   // namespace archipel::app
