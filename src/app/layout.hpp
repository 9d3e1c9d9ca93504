#pragma once

#include "app/problem.hpp"
#include "app/read_study.hpp"
#include "io/schema.hpp"

namespace archipel::app {

/// Name of the final network of an `evaluate` stage, in /models and in the artefacts' models folder.
std::string model_name(std::size_t stage);

/// The results file of a study, known before it runs.
io::ResultsLayout results_layout(const LoadedStudy& loaded, Problem& problem);

}   // namespace archipel::app
