#pragma once

#include "app/problem.hpp"

#include <filesystem>
#include <vector>

namespace archipel::app {

/// By stage: genomes of the problem's space that its islands evaluate first: those `given`, then from the results files that its
/// `warm_start` names. The best of each stage of each file by its first objective, the last stage first, in turns over the files; different, admitted by the stage's evaluator, at most
/// `warm_candidates`. Read on rank 0, the same everywhere. Collective. InputError if a file is none, or if none of its candidates fits the space.
std::vector<std::vector<Genome>> warm_starts(const Study& study, const std::filesystem::path& study_file,
                                             Problem& problem, const mpi::Communicator& world);

/// Of genomes in their order: what a resume holds against the file.
Digest digest_of(const std::vector<Genome>& genomes);

}   // namespace archipel::app
