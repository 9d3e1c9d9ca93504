#pragma once

#include "app/problem.hpp"
#include "mpi/communicator.hpp"

#include <string>
#include <utility>
#include <vector>

namespace archipel::app {

std::string host_name();

/// Where and with what a study runs: name, value. Computes the canary on every rank. Collective;
/// InputError on every rank if two of them disagree about the bits of the canary.
std::vector<std::pair<std::string, std::string>> provenance(const Study& study, const Problem& problem,
                                                            const mpi::Communicator& world);

}   // namespace archipel::app
