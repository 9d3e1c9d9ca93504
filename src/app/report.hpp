#pragma once

#include "app/problem.hpp"

#include <string>

namespace archipel::app {

/// The table that ends a run: best network or genome, its scores, what it took, where everything is, what to type next.
/// SystemError before that if the file lacks anything that a run which came to its end has written.
void print_report(const std::string& results, const Study& study, const Problem& problem);

/// The same of a run that keeps no results: its best candidate.
void print_best(const Candidate& best, const Objective& objective, const Problem& problem);

}   // namespace archipel::app
