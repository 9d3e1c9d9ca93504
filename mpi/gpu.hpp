#pragma once

#include "mpi/communicator.hpp"

#include <string>

namespace archipel::mpi {

struct Gpu {
  int device = 0;         // number among those that this rank sees
  std::string name;       // the model
  std::string identity;   // of this very device, the same for all ranks: GPU-, then its UUID
};

/// GPUs that this rank sees; 0 where CUDA finds no driver.
int visible_gpus();

/// The device of this rank, by its place on its node; current on return. InputError on every rank where a rank sees none, where two
/// ranks of a node would share one, unless CUDA's Multi-Process Service lets them, and where two of `replicas` would, whatever
/// lets them: NCCL cannot. Collective on `world`.
Gpu choose_gpu(const Communicator& world, const Communicator& replicas);

}   // namespace archipel::mpi
