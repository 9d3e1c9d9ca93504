#pragma once

#include "app/forecast.hpp"
#include "app/problem.hpp"
#include "io/schema.hpp"

namespace archipel::app {

inline constexpr int reference_genomes = 256;   // that tell what a stage will cost

/// Of each stage, the mean of random genomes that no limit refuses.
std::vector<StageCost> stage_costs(const Study& study, const io::ResultsLayout& layout, Problem& problem);

}   // namespace archipel::app
