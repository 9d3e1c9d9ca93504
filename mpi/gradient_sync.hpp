#pragma once

#include "mpi/communicator.hpp"
#include "train/gradient_sync.hpp"

#include <chrono>
#include <vector>

namespace archipel::mpi {

/// Replicas on CPUs: the steps of tree_steps, bucket by bucket, in non-blocking messages. So the bits are those of LocalSync for any
/// number of replicas and any buckets. Messages move on whenever a call comes by here. All receives are posted in `begin`.
class MpiGradientSync : public train::GradientSync {
 public:
  /// Collective on `replicas`. Each message is held back until the link has been busy for `delay` with it: for measurements.
  explicit MpiGradientSync(const Communicator& replicas, std::chrono::microseconds delay = {})
      : comm_(replicas.duplicate()), delay_(delay) {}

  train::ShardRange mine(int parts) const override { return train::part_of(parts, comm_.size(), comm_.rank()); }
  void begin(const train::Shards& shards, std::span<const train::Bucket> buckets) override;
  void final_from(std::size_t first) override;
  void finish() override;
  void broadcast(std::span<float> values) override;
  std::int64_t sum(std::int64_t mine) override;
  double seconds() const override { return seconds_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// Where a bucket stands in steps_.
  struct Progress {
    std::size_t step = 0;
    std::vector<MPI_Request> received;   // of its receiving steps, in order
    std::size_t receives = 0;            // of these, taken
    int sent_shard = -1;                 // of the last message that was sent
    std::size_t last_send = 0;           // that message, in sends_
    Clock::time_point sent = {};         // when the link is free of the message that is held back
  };

  std::span<float> values(int shard, std::size_t bucket) const {
    const auto [begin, end] = buckets_[bucket];
    return (*shards_)[std::size_t(shard)].subspan(begin, end - begin);
  }
  /// Buckets overtake each other.
  int tag(int shard, std::size_t bucket) const { return int(bucket * shards_->size()) + shard; }
  bool move_on();   // whether any bucket did
  bool passed(const train::TreeStep& step, std::size_t bucket);
  bool held_back(Progress& progress);

  Communicator comm_;
  std::chrono::microseconds delay_;
  const train::Shards* shards_ = nullptr;
  std::span<const train::Bucket> buckets_;
  std::vector<train::TreeStep> steps_;   // of each bucket
  std::size_t started_ = 0;              // buckets
  std::vector<Progress> progress_;
  std::vector<MPI_Request> sends_;
  Clock::time_point link_free_ = {};
  double seconds_ = 0;
};

}   // namespace archipel::mpi
