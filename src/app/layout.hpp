#pragma once

#include "app/problem.hpp"
#include "app/read_study.hpp"
#include "io/schema.hpp"

namespace archipel::app {

/// The results file of a study, known before it runs.
io::ResultsLayout results_layout(const LoadedStudy& loaded, Problem& problem);

}   // namespace archipel::app
