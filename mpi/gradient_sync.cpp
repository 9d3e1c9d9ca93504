#include "mpi/gradient_sync.hpp"

#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "mpi/backoff.hpp"
#include "mpi/error.hpp"

#include <algorithm>

namespace archipel::mpi {

using train::TreeStep;

namespace {

/// Adds the wall time of a call to `seconds`.
class Timer {
 public:
  explicit Timer(double& seconds) : seconds_(seconds) {}
  ~Timer() { seconds_ += watch_.wall(); }
  Timer(const Timer&) = delete;

 private:
  double& seconds_;
  Stopwatch watch_;
};

}   // namespace

void MpiGradientSync::begin(const train::Shards& shards, std::span<const train::Bucket> buckets) {
  shards_ = &shards;
  buckets_ = buckets;
  steps_ = train::tree_steps(int(shards.size()), comm_.size(), comm_.rank());
  started_ = 0;
  progress_.assign(buckets.size(), {});
  int* largest = nullptr;
  int known = 0;
  check(MPI_Comm_get_attr(comm_.handle(), MPI_TAG_UB, &largest, &known), "MPI_Comm_get_attr");
  if (known && tag(int(shards.size()) - 1, buckets.size() - 1) > *largest)
    throw SystemError(std::to_string(buckets.size()) + " buckets are more than MPI has tags for: raise run.bucket");
  for (std::size_t bucket = 0; bucket < buckets.size(); ++bucket) {
    for (const auto& step : steps_) {
      if (step.kind != TreeStep::receive) continue;
      const auto into = values(step.shard, bucket);
      check(MPI_Irecv(into.data(), count_of(into.size(), "MPI_Irecv"), MPI_FLOAT, step.other, tag(step.shard, bucket),
                      comm_.handle(), &progress_[bucket].received.emplace_back()),
            "MPI_Irecv");
    }
  }
}

void MpiGradientSync::final_from(std::size_t first) {
  while (started_ + 1 < buckets_.size() && buckets_[started_].begin >= first) ++started_;
  move_on();
}

void MpiGradientSync::finish() {
  const Timer timer(seconds_);
  started_ = buckets_.size();
  Backoff backoff;
  const auto under_way = [&](const Progress& bucket) { return bucket.step < steps_.size(); };
  for (move_on(); std::ranges::any_of(progress_, under_way);) {
    if (move_on()) backoff = {};
    else backoff.pause();
  }
  check(MPI_Waitall(int(sends_.size()), sends_.data(), MPI_STATUSES_IGNORE), "MPI_Waitall");
  sends_.clear();
}

bool MpiGradientSync::move_on() {
  bool moved = false;
  for (std::size_t bucket = 0; bucket < started_; ++bucket)
    while (progress_[bucket].step < steps_.size() && passed(steps_[progress_[bucket].step], bucket))
      ++progress_[bucket].step, moved = true;
  return moved;
}

bool MpiGradientSync::passed(const TreeStep& step, std::size_t bucket) {
  auto& progress = progress_[bucket];
  const auto own = values(step.shard, bucket);
  if (step.kind == TreeStep::add) {
    int gone = 1;
    if (step.shard == progress.sent_shard)
      check(MPI_Test(&sends_[progress.last_send], &gone, MPI_STATUS_IGNORE), "MPI_Test");
    if (!gone) return false;
    train::add_values(own, values(step.other, bucket));
    return true;
  }
  if (step.kind == TreeStep::send) {
    if (held_back(progress)) return false;
    progress.sent_shard = step.shard;
    progress.last_send = sends_.size();
    check(MPI_Isend(own.data(), count_of(own.size(), "MPI_Isend"), MPI_FLOAT, step.other, tag(step.shard, bucket),
                    comm_.handle(), &sends_.emplace_back()),
          "MPI_Isend");
    return true;
  }
  int arrived = 0;
  check(MPI_Test(&progress.received[progress.receives], &arrived, MPI_STATUS_IGNORE), "MPI_Test");
  if (arrived) ++progress.receives;
  return arrived;
}

bool MpiGradientSync::held_back(Progress& progress) {
  if (delay_.count() == 0) return false;
  const auto now = Clock::now();
  if (progress.sent == Clock::time_point{}) progress.sent = link_free_ = std::max(link_free_, now) + delay_;
  if (now < progress.sent) return true;
  progress.sent = {};
  return false;
}

void MpiGradientSync::broadcast(std::span<float> values) {
  const Timer timer(seconds_);
  check(MPI_Bcast(values.data(), count_of(values.size(), "MPI_Bcast"), MPI_FLOAT, 0, comm_.handle()), "MPI_Bcast");
}

std::int64_t MpiGradientSync::sum(std::int64_t mine) {
  const Timer timer(seconds_);
  check(MPI_Allreduce(MPI_IN_PLACE, &mine, 1, MPI_INT64_T, MPI_SUM, comm_.handle()), "MPI_Allreduce");
  return mine;
}

}   // namespace archipel::mpi
