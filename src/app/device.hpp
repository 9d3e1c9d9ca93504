#pragma once

#include "mpi/communicator.hpp"
#include "study/study.hpp"
#include "train/engine.hpp"

#include <memory>
#include <string>

namespace archipel::app {

/// Where the ranks of a run train.
struct TrainingDevice {
  train::Device device = train::Device::cpu;
  std::string text = "cpu";   // for the provenance: what decides bits
};

/// As numerics.device says, made ready. `replicas`: those that train together with this rank. Collective over `world`.
/// InputError if there is no such device on some rank, or if ranks would have to share one that they cannot.
TrainingDevice choose_device(const Study& study, const mpi::Communicator& world, const mpi::Communicator& replicas);

/// InputError if this program can never train on the study's device.
void check_device(const Study& study);

/// What the replicas sum gradients with. Collective over them.
std::unique_ptr<train::GradientSync> make_sync(const Study& study, train::Device device,
                                               const mpi::Communicator& replicas);

}   // namespace archipel::app
