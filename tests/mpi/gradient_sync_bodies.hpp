#pragma once

#include "mpi/communicator.hpp"
#include "train/gradient_sync.hpp"

#include <memory>
#include <string>
#include <vector>

namespace archipel::mpi {

/// The memory of the device that trains, and the stream of what it computes.
struct Device {
  /// Stays until the device is gone.
  virtual std::span<float> allocate(std::size_t count) = 0;
  /// `values` will stand in `to`: done in the order of these calls, perhaps long after they return.
  virtual void write(std::span<float> to, std::vector<float> values) = 0;
  /// After all that has been written.
  virtual std::vector<float> read(std::span<const float> from) = 0;
  virtual ~Device() = default;
};

/// A body of GradientSync to be tested.
struct Body {
  std::string name;
  bool along_tree = true;   // the bits of LocalSync
  std::unique_ptr<Device> device;
  std::unique_ptr<train::GradientSync> sync;
};

/// The bodies that the program of the test has, over all ranks. Collective.
std::vector<Body> bodies(const Communicator& world);

}   // namespace archipel::mpi
