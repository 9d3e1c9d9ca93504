#include "mpi/nccl_communicator.hpp"

#include "base/error.hpp"
#include "mpi/backoff.hpp"
#include "mpi/cuda_handles.hpp"
#include "mpi/error.hpp"

#include <algorithm>
#include <exception>
#include <future>
#include <thread>
#include <utility>
#include <vector>

namespace archipel::mpi {
namespace {

using namespace std::chrono_literals;

template <class T>
struct NcclType;   // a type that has none here does not compile
template <>
struct NcclType<float> {
  static constexpr ncclDataType_t value = ncclFloat32;
};
static_assert(sizeof(float) == 4);

constexpr auto float_type = NcclType<decltype(NcclCommunicator::Message::values)::value_type>::value;

/// "rank 5 of the replicas on ranks 4, 5", as the launcher counts them.
std::string ranks_of(const Communicator& replicas) {
  int mine = 0;
  check(MPI_Comm_rank(MPI_COMM_WORLD, &mine), "MPI_Comm_rank");
  std::vector<int> ranks(std::size_t(replicas.size()));
  check(MPI_Allgather(&mine, 1, MPI_INT, ranks.data(), 1, MPI_INT, replicas.handle()), "MPI_Allgather");
  std::string text = "rank " + std::to_string(mine) + " of the replicas on ranks ";
  for (std::size_t i = 0; i < ranks.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(ranks[i]);
  return text;
}

}   // namespace

NcclCommunicator::NcclCommunicator(const Communicator& replicas, Milliseconds deadline)
    : deadline_(deadline), ranks_(ranks_of(replicas)), exceptions_at_birth_(std::uncaught_exceptions()) {
  ncclUniqueId id{};
  if (replicas.rank() == 0) called(ncclGetUniqueId(&id), "ncclGetUniqueId");
  mpi::check(MPI_Bcast(&id, sizeof id, MPI_BYTE, 0, replicas.handle()), "MPI_Bcast");
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  called(ncclCommInitRankConfig(&comm_, replicas.size(), id, replicas.rank(), &config), "ncclCommInitRankConfig");
  wait([&] { return !in_progress(); });
}

NcclCommunicator::~NcclCommunicator() {
  if (broken()) {
    abort();
    return;
  }
  try {
    called(ncclCommFinalize(comm_), "ncclCommFinalize");
    wait([&] { return !in_progress(); });
    ncclCommDestroy(std::exchange(comm_, nullptr));
  } catch (const SystemError&) {
    // All sums are done; it has been aborted.
  }
}

void NcclCommunicator::exchange(std::span<const Message> messages, cudaStream_t stream) {
  called(ncclGroupStart(), "ncclGroupStart");
  for (const auto& message : messages) {
    const auto values = message.values;
    if (message.kind == Message::send)
      called(ncclSend(values.data(), values.size(), float_type, message.other, comm_, stream), "ncclSend");
    else called(ncclRecv(values.data(), values.size(), float_type, message.other, comm_, stream), "ncclRecv");
  }
  check(ncclGroupEnd(), "ncclGroupEnd");   // what is waited for are the messages
}

void NcclCommunicator::all_reduce(std::span<const float> addends, std::span<float> sum, cudaStream_t stream) {
  called(ncclAllReduce(addends.data(), sum.data(), sum.size(), float_type, ncclSum, comm_, stream), "ncclAllReduce");
}

void NcclCommunicator::broadcast(std::span<float> values, cudaStream_t stream) {
  called(ncclBroadcast(values.data(), values.data(), values.size(), float_type, 0, comm_, stream), "ncclBroadcast");
}

bool NcclCommunicator::started(Milliseconds patience) {
  const auto end = Clock::now() + patience;
  bool started = false;
  wait([&] {
    started = !in_progress();
    return started || Clock::now() >= end;
  });
  return started;
}

void NcclCommunicator::wait(cudaEvent_t event) {
  called_ = Clock::now();
  wait([&] {
    const auto code = cudaEventQuery(event);
    if (code == cudaErrorNotReady) return false;
    if (code != cudaSuccess) fail("cudaEventQuery", cudaGetErrorString(code));
    return true;
  });
}

void NcclCommunicator::wait_for_others(const char* call, const std::function<bool()>& done) {
  call_ = call;
  called_ = Clock::now();
  wait(done);
}

bool NcclCommunicator::broken() const { return !comm_ || std::uncaught_exceptions() > exceptions_at_birth_; }

void NcclCommunicator::called(ncclResult_t result, const char* call) {
  call_ = call;
  called_ = Clock::now();
  check(result, call);
}

void NcclCommunicator::check(ncclResult_t result, const char* call) {
  if (result == ncclSuccess || result == ncclInProgress) return;
  std::string reason = ncclGetErrorString(result);
  const char* detail = comm_ ? ncclGetLastError(comm_) : nullptr;
  if (detail && *detail) reason += std::string(", ") + detail;
  fail(call, reason);
}

bool NcclCommunicator::in_progress() {
  ncclResult_t state = ncclSuccess;
  check(ncclCommGetAsyncError(comm_, &state), "ncclCommGetAsyncError");
  check(state, call_);
  return state == ncclInProgress;
}

void NcclCommunicator::wait(const std::function<bool()>& done) {
  constexpr auto attentive = 20ms;   // most waits are shorter, and a sleep at their end would be felt
  const auto begin = Clock::now();
  for (Backoff backoff; !done();) {
    in_progress();   // throws on an error
    const auto now = Clock::now();
    if (now - called_ > deadline_)
      fail(call_, "not done after " + std::to_string(deadline_.count()) + " ms: another replica or this GPU is stuck");
    if (now - begin < attentive) std::this_thread::yield();
    else backoff.pause();
  }
}

void NcclCommunicator::fail(const char* call, const std::string& reason) {
  abort();
  throw SystemError(std::string(call) + ": " + reason + " (" + ranks_ +
                    "). NCCL_DEBUG=WARN in the environment tells more");
}

void NcclCommunicator::abort() noexcept {
  if (!comm_) return;
  try {
    // It has been seen to wait for ever itself (NVIDIA/nccl, issues 549 and 1013): the job ends all the same.
    std::packaged_task<void()> task([comm = std::exchange(comm_, nullptr)] { ncclCommAbort(comm); });
    const auto end = task.get_future();
    std::thread(std::move(task)).detach();
    end.wait_for(std::min<Milliseconds>(deadline_, 10s));
  } catch (const std::exception&) {
    // No thread, no abort: the job is about to end.
  }
}

}   // namespace archipel::mpi
