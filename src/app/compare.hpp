#pragma once

#include "mpi/communicator.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace archipel::app {

struct CompareOptions {
  std::string study;
  std::vector<std::string> sets;      // key=value
  std::vector<std::string> entries;   // KIND or 'study', each with +key=value; several in one text between commas
  std::int64_t seeds = 30;            // searches of each, with seeds from the study's on
  bool shuffled = false;              // each once more with shuffled scores
  std::string results;                // HDF5 file to create; empty: none
};

/// A tournament at equal budgets: the study's first stage with each strategy and seed, each search by one rank, dealt over the ranks.
/// Prints best-so-far, spread and significance against random search, which is always among them. The same on any number of ranks. Collective.
int compare(const CompareOptions& options, const mpi::Communicator& world);

}   // namespace archipel::app
