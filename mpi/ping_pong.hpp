#pragma once

#include "mpi/communicator.hpp"

#include <cstddef>

namespace archipel::mpi {

/// s that a message of `bytes` takes between rank 0 and `partner` by MPI_Send and MPI_Recv alone: half a round trip, median of
/// `rounds`. Called by these two.
double ping_pong(const Communicator& comm, int partner, std::size_t bytes, int rounds);

}   // namespace archipel::mpi
