#include "mpi/nccl_sync.hpp"

#include "mpi/cuda_handles.hpp"
#include "mpi/error.hpp"
#include "mpi/nccl_communicator.hpp"

#include <functional>
#include <span>
#include <vector>

namespace archipel::mpi {
namespace {

using namespace std::chrono_literals;
using train::Bucket;
using train::TreeStep;

int current_device() {
  int device = 0;
  cuda_check(cudaGetDevice(&device), "cudaGetDevice");
  return device;
}

class NcclSync : public train::GradientSync {
 public:
  NcclSync(const Communicator& replicas, const NcclOptions& options)
      : options_(options),
        compute_(static_cast<cudaStream_t>(options.compute_stream)),
        device_(current_device()),
        comm_(replicas.duplicate()),
        stream_(make_stream()),
        blas_(make_blas(stream_.get())),
        event_(make_event()),
        nccl_(comm_, options.deadline) {}

  ~NcclSync() override {
    if (!nccl_.broken()) return;
    blas_.release();   // to free it waits for the stream, in which something may wait for ever
    stream_.release();
  }

  train::ShardRange mine(int parts) const override { return train::part_of(parts, comm_.size(), comm_.rank()); }
  void begin(const train::Shards& shards, std::span<const Bucket> buckets) override;
  void final_from(std::size_t first) override;
  void finish() override;
  void broadcast(std::span<float> values) override;
  std::int64_t sum(std::int64_t mine) override;

 private:
  std::span<float> values(int shard, Bucket bucket) const {
    return (*shards_)[std::size_t(shard)].subspan(bucket.begin, bucket.end - bucket.begin);
  }
  void final_until(std::size_t bucket);
  void move_on(std::chrono::milliseconds patience);
  void exchange(std::span<const TreeStep> round, Bucket bucket);
  void add(std::span<const TreeStep> round, Bucket bucket);
  void stream_waits_for_compute(cudaEvent_t event);
  void wait_for_stream();

  NcclOptions options_;
  cudaStream_t compute_;
  int device_;
  Communicator comm_;
  Stream stream_;
  Blas blas_;
  Event event_;                // of stream_
  std::vector<Event> final_;   // of compute_: the values of a bucket are final
  NcclCommunicator nccl_;      // destroyed first

  const train::Shards* shards_ = nullptr;
  std::span<const Bucket> buckets_;
  std::vector<std::function<void(Bucket)>> rounds_;   // of each bucket
  std::size_t final_buckets_ = 0;
  std::size_t bucket_ = 0, round_ = 0;   // to be started next
};

void NcclSync::begin(const train::Shards& shards, std::span<const Bucket> buckets) {
  shards_ = &shards;
  buckets_ = buckets;
  final_buckets_ = bucket_ = round_ = 0;
  cuda_check(cudaSetDevice(device_), "cudaSetDevice");
  while (final_.size() < buckets.size()) final_.push_back(make_event());

  rounds_.clear();
  if (options_.deterministic) {
    for (auto& round : train::tree_rounds(int(shards.size()), comm_.size(), comm_.rank()))
      rounds_.push_back([this, round = std::move(round)](Bucket bucket) {
        round.front().kind == TreeStep::add ? add(round, bucket) : exchange(round, bucket);
      });
  } else {
    const auto own = mine(int(shards.size()));
    std::vector<TreeStep> additions;
    for (int shard = own.begin + 1; shard < own.end; ++shard) additions.push_back({TreeStep::add, own.begin, shard});
    rounds_.push_back([this, additions](Bucket bucket) { add(additions, bucket); });
    rounds_.push_back(
        [this, own](Bucket bucket) { nccl_.all_reduce(values(own.begin, bucket), values(0, bucket), stream_.get()); });
  }
}

void NcclSync::final_from(std::size_t first) {
  std::size_t bucket = final_buckets_;
  while (bucket + 1 < buckets_.size() && buckets_[bucket].begin >= first) ++bucket;
  final_until(bucket);
  move_on(
      1ms);   // NCCL starts work within a fraction of that, once two replicas have met; otherwise the rest starts later
}

void NcclSync::finish() {
  final_until(buckets_.size());
  while (bucket_ < buckets_.size()) move_on(options_.deadline);
  wait_for_stream();
}

void NcclSync::broadcast(std::span<float> values) {
  cuda_check(cudaSetDevice(device_), "cudaSetDevice");
  cuda_check(cudaEventRecord(event_.get(), compute_), "cudaEventRecord");
  stream_waits_for_compute(event_.get());
  nccl_.broadcast(values, stream_.get());
  wait_for_stream();
}

std::int64_t NcclSync::sum(std::int64_t mine) {
  MPI_Request request;
  check(MPI_Iallreduce(MPI_IN_PLACE, &mine, 1, MPI_INT64_T, MPI_SUM, comm_.handle(), &request), "MPI_Iallreduce");
  nccl_.wait_for_others("MPI_Iallreduce", [&] {
    int done = 0;
    check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    return done != 0;
  });
  return mine;
}

void NcclSync::final_until(std::size_t bucket) {
  cuda_check(cudaSetDevice(device_), "cudaSetDevice");   // the thread may be a new one
  for (; final_buckets_ < bucket; ++final_buckets_)
    cuda_check(cudaEventRecord(final_[final_buckets_].get(), compute_), "cudaEventRecord");
}

void NcclSync::move_on(std::chrono::milliseconds patience) {
  while (bucket_ < final_buckets_ && nccl_.started(patience)) {
    const auto bucket = buckets_[bucket_];
    if (round_ == 0) stream_waits_for_compute(final_[bucket_].get());
    if (round_ < rounds_.size() && bucket.begin < bucket.end) {
      rounds_[round_++](bucket);
    } else {
      ++bucket_;
      round_ = 0;
    }
  }
}

void NcclSync::exchange(std::span<const TreeStep> round, Bucket bucket) {
  using Message = NcclCommunicator::Message;
  std::vector<Message> messages;
  for (const auto& step : round)
    messages.push_back(
        {step.kind == TreeStep::send ? Message::send : Message::receive, values(step.shard, bucket), step.other});
  nccl_.exchange(messages, stream_.get());
}

void NcclSync::add(std::span<const TreeStep> round, Bucket bucket) {
  constexpr float one = 1;   // one * x + y is rounded once, like x + y
  for (const auto& step : round) {
    const auto sums = values(step.shard, bucket), addends = values(step.other, bucket);
    const int count = count_of(sums.size(), "cublasSaxpy");
    cublas_check(cublasSaxpy(blas_.get(), count, &one, addends.data(), 1, sums.data(), 1), "cublasSaxpy");
  }
}

void NcclSync::stream_waits_for_compute(cudaEvent_t event) {
  cuda_check(cudaStreamWaitEvent(stream_.get(), event, 0), "cudaStreamWaitEvent");
}

void NcclSync::wait_for_stream() {
  while (!nccl_.started(options_.deadline)) {
  }
  cuda_check(cudaEventRecord(event_.get(), stream_.get()), "cudaEventRecord");
  nccl_.wait(event_.get());
  cuda_check(cudaStreamWaitEvent(compute_, event_.get(), 0), "cudaStreamWaitEvent");
}

}   // namespace

std::unique_ptr<train::GradientSync> nccl_sync(const Communicator& replicas, const NcclOptions& options) {
  return std::make_unique<NcclSync>(replicas, options);
}

}   // namespace archipel::mpi
