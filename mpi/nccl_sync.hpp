#pragma once

#include "mpi/communicator.hpp"
#include "train/gradient_sync.hpp"

#include <chrono>
#include <memory>

namespace archipel::mpi {

struct NcclOptions {
  /// Along the fixed tree: the bits of LocalSync for any number of replicas and any buckets. Otherwise NCCL's own sum, which is
  /// faster and has its own order for each number of replicas and each network.
  bool deterministic = true;
  /// No wait for another replica is longer: past it, SystemError.
  std::chrono::milliseconds deadline{300'000};
  /// The cudaStream_t in which shards are filled and their sum is used; null: the default stream.
  void* compute_stream = nullptr;
};

/// Replicas on GPUs, each on the current device of its rank (choose_gpu). Values travel from one device to another in a stream of
/// their own, beside what is computed. Collective on `replicas`; `finish`, `broadcast` and the destructor wait for the others,
/// `final_from` does not.
std::unique_ptr<train::GradientSync> nccl_sync(const Communicator& replicas, const NcclOptions& options);

}   // namespace archipel::mpi
