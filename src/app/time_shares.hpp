#pragma once

#include "mpi/communicator.hpp"

namespace archipel::app {

/// Where the wall time of one rank's process went, in s. What is left are waiting, files and the search itself.
struct TimeShares {
  double start = 0;         // until the first stage
  double evaluations = 0;   // without `messages`
  double messages = 0;      // between the replicas of a team
};

/// Rank 0 says where the time of all ranks went until now. Collective.
void print_shares(const TimeShares& mine, const mpi::Communicator& world);

}   // namespace archipel::app
