#pragma once

#include "mpi/communicator.hpp"

#include <nccl.h>

#include <chrono>
#include <functional>
#include <span>
#include <string>

namespace archipel::mpi {

/// One NCCL communicator over the replicas of a team, of which each has a GPU of its own. It never blocks inside NCCL or CUDA: all
/// waiting is done here, with an eye on errors and on the clock (but for the exchange of the unique id, which is MPI's). Whatever goes wrong aborts the communicator, so that the GPU stops
/// waiting for the others, and is a SystemError that names the call and the ranks.
class NcclCommunicator {
 public:
  using Milliseconds = std::chrono::milliseconds;

  struct Message {
    enum Kind { send, receive } kind = send;
    std::span<float> values;   // in the memory of the device
    int other = 0;             // the replica at the other end
  };

  /// On the current device. Collective on `replicas`. No wait for another replica is longer than `deadline`.
  NcclCommunicator(const Communicator& replicas, Milliseconds deadline);
  /// Collective, except while unwinding and after an error: then nobody is waited for.
  ~NcclCommunicator();
  NcclCommunicator(const NcclCommunicator&) = delete;
  NcclCommunicator& operator=(const NcclCommunicator&) = delete;

  // Work for `stream`. Each of these returns at once; the next one, or other work that is to come after it in the stream, only when
  // `started`.

  /// All at once, so that none waits for another of them.
  void exchange(std::span<const Message> messages, cudaStream_t stream);
  /// `sum` becomes the sum of all replicas' `addends`, of equal size, in an order that is NCCL's. May be the same memory.
  void all_reduce(std::span<const float> addends, std::span<float> sum, cudaStream_t stream);
  /// Replica 0's values to all.
  void broadcast(std::span<float> values, cudaStream_t stream);

  /// Whether the work of the last call stands in its stream; waits for it for `patience`. The first message between two replicas
  /// needs both of them for that.
  bool started(Milliseconds patience);
  /// Returns once `event` has happened.
  void wait(cudaEvent_t event);

  /// Returns once `done`, which is about something other than NCCL that the replicas do together as `call`.
  void wait_for_others(const char* call, const std::function<bool()>& done);

  /// An error has ended it, or is about to: what is still in a stream may never be done.
  bool broken() const;

 private:
  using Clock = std::chrono::steady_clock;

  void called(ncclResult_t result, const char* call);
  void check(ncclResult_t result, const char* call);
  bool in_progress();
  void wait(const std::function<bool()>& done);
  [[noreturn]] void fail(const char* call, const std::string& reason);
  void abort() noexcept;

  ncclComm_t comm_ = nullptr;
  Milliseconds deadline_;
  std::string ranks_;   // of the replicas, in the world
  const char* call_ = "";
  Clock::time_point called_;   // when that was
  int exceptions_at_birth_;
};

}   // namespace archipel::mpi
