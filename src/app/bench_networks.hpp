#pragma once

#include "app/bench.hpp"
#include "app/bench_images.hpp"
#include "train/network.hpp"

#include <string>
#include <vector>

namespace archipel::app {

/// Of 2,000 genomes that are drawn from the study's space, the networks whose numbers of parameters are nearest to those of the
/// options; without the study's limits. InputError if the space has no networks.
std::vector<train::NetworkSpec> bench_networks(const BenchOptions& options, const Study& study, int height, int width,
                                               int classes);

/// The networks, their data and how they are trained, as one line of JSON.
std::string describe(const std::vector<train::NetworkSpec>& networks, const BenchImages& images,
                     const TrainingSettings& training);

/// What all loops train with. InputError if the shards do not fit the batch.
TrainingSettings bench_training(const BenchOptions& options);

}   // namespace archipel::app
