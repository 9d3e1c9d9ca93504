#pragma once

#include "mpi/communicator.hpp"
#include "train/gradient_sync.hpp"

#include <vector>

namespace archipel::mpi {

/// Replicas on CPUs. Replica r of R computes the shards [floor(S r / R), floor(S (r + 1) / R)); partial sums travel along the tree
/// of sum_along_tree to shard 0's replica, whoever computed them, and the sum from there to all. So the bits are those of LocalSync
/// for any number of replicas.
class MpiGradientSync : public train::GradientSync {
 public:
  /// Collective on `replicas`, which must outlive this.
  explicit MpiGradientSync(const Communicator& replicas) : comm_(replicas.duplicate()) {}

  train::ShardRange mine(int parts) const override;
  void combine(std::span<std::vector<float>> shards) override;
  std::int64_t sum(std::int64_t mine) override;

 private:
  int owner_of(int shard, int shards) const;

  Communicator comm_;
  std::vector<float> received_;   // of one shard, reused
};

}   // namespace archipel::mpi
