#pragma once

#include "app/forecast.hpp"
#include "app/problem.hpp"
#include "io/schema.hpp"

namespace archipel::app {

/// Of each stage, from random genomes that no limit refuses.
std::vector<StageCost> stage_costs(const Study& study, const io::ResultsLayout& layout, Problem& problem);

}   // namespace archipel::app
