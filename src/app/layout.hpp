#pragma once

#include "app/problem.hpp"
#include "app/read_study.hpp"
#include "io/schema.hpp"

#include <string>
#include <vector>

namespace archipel::app {

/// The results file of a study, known before it runs. InputError if a stage cannot begin, or the file cannot be made.
io::ResultsLayout results_layout(const LoadedStudy& loaded, Problem& problem);

/// What may not be meant in the stages of a study, a line each.
std::vector<std::string> doubts(const Study& study, const io::ResultsLayout& layout);

}   // namespace archipel::app
