#include "mpi/nccl_double.hpp"
#include "mpi/nccl_double_communicator.hpp"

#include <chrono>
#include <cstring>
#include <thread>

using namespace nccl_double;

namespace {

struct Id {
  int root = 0, number = 0;
};

/// Calls between ncclGroupStart and ncclGroupEnd, or a single one.
struct Group {
  int depth = 0;
  ncclResult_t error = ncclSuccess;
  ncclComm_t comm = nullptr;
  cudaStream_t stream = nullptr;
  std::vector<Operation> operations;
};
thread_local Group group;

ncclResult_t end_group() {
  if (--group.depth > 0) return ncclSuccess;
  const auto ended = std::exchange(group, {});
  if (ended.error != ncclSuccess) return ended.error;
  if (!ended.comm) return ncclSuccess;
  ended.comm->start(ended.operations, ended.stream);
  return ncclInProgress;
}

ncclResult_t operate(const char* function, ncclDataType_t type, std::size_t count, ncclComm_t comm, cudaStream_t stream,
                     Operation operation) {
  const std::lock_guard lock(mutex());
  ++group.depth;
  operation.count = int(count);
  auto result = ncclResult_t(called(function));
  const bool other_group = group.comm && (group.comm != comm || group.stream != stream);
  if (result == ncclSuccess && (type != ncclFloat32 || other_group || !comm || comm->state != ncclSuccess))
    result = comm && comm->state != ncclSuccess && comm->state != ncclInProgress ? comm->state : ncclInvalidArgument;
  if (result == ncclSuccess) {
    group.comm = comm;
    group.stream = stream;
    group.operations.push_back(std::move(operation));
  } else {
    group.error = result;
  }
  const auto ended = end_group();
  return result == ncclSuccess ? ended : result;
}

}   // namespace

#define DOUBLE_CALL(function)          \
  const std::lock_guard lock(mutex()); \
  if (const int code = called(function); code != 0) return ncclResult_t(code)

extern "C" {

const char* ncclGetErrorString(ncclResult_t result) {
  switch (result) {
    case ncclSystemError:
      return "unhandled system error";
    case ncclRemoteError:
      return "remote process exited or there was a network error";
    default:
      return "an NCCL error";
  }
}

const char* ncclGetLastError(ncclComm_t) { return "told by the double"; }

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  static int number = 0;
  DOUBLE_CALL("ncclGetUniqueId");
  Id own{0, number++};
  MPI_Comm_rank(MPI_COMM_WORLD, &own.root);
  std::memcpy(id->internal, &own, sizeof own);
  return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int size, ncclUniqueId id, int rank, ncclConfig_t* config) {
  DOUBLE_CALL("ncclCommInitRankConfig");
  Id root;
  std::memcpy(&root, id.internal, sizeof root);
  if (config->blocking != 0 || rank < 0 || rank >= size) return ncclInvalidArgument;
  *comm = new ncclComm(size, rank, root.root, root.number);
  count_living(1);
  return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* state) {
  DOUBLE_CALL("ncclCommGetAsyncError");
  comm->progress();
  *state = faults().asynchronous != 0 ? ncclResult_t(faults().asynchronous.load()) : comm->state;
  return ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  DOUBLE_CALL("ncclCommFinalize");
  if (comm->state != ncclSuccess) return ncclInvalidArgument;
  comm->finalize();
  return ncclInProgress;
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  DOUBLE_CALL("ncclCommDestroy");
  comm->abort();
  delete comm;
  count_living(-1);
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {
  while (faults().abort_hangs) std::this_thread::sleep_for(std::chrono::seconds(1));
  DOUBLE_CALL("ncclCommAbort");
  static std::vector<ncclComm_t> aborted;   // kept: a stream may still look at them
  comm->abort();
  aborted.push_back(comm);
  count_living(-1);
  return ncclSuccess;
}

ncclResult_t ncclGroupStart() {
  DOUBLE_CALL("ncclGroupStart");
  ++group.depth;
  return ncclSuccess;
}

ncclResult_t ncclGroupEnd() {
  const std::lock_guard lock(mutex());
  if (group.depth == 0) return ncclInvalidUsage;
  if (const int code = called("ncclGroupEnd"); code != 0) group.error = ncclResult_t(code);
  return end_group();
}

ncclResult_t ncclSend(const void* from, std::size_t count, ncclDataType_t type, int other, ncclComm_t comm,
                      cudaStream_t stream) {
  return operate("ncclSend", type, count, comm, stream,
                 {.kind = Operation::send, .from = static_cast<const float*>(from), .other = other});
}

ncclResult_t ncclRecv(void* to, std::size_t count, ncclDataType_t type, int other, ncclComm_t comm,
                      cudaStream_t stream) {
  return operate("ncclRecv", type, count, comm, stream,
                 {.kind = Operation::receive, .to = static_cast<float*>(to), .other = other});
}

ncclResult_t ncclAllReduce(const void* from, void* to, std::size_t count, ncclDataType_t type, ncclRedOp_t operation,
                           ncclComm_t comm, cudaStream_t stream) {
  if (operation != ncclSum) return ncclInvalidArgument;
  return operate(
      "ncclAllReduce", type, count, comm, stream,
      {.kind = Operation::all_reduce, .from = static_cast<const float*>(from), .to = static_cast<float*>(to)});
}

ncclResult_t ncclBroadcast(const void* from, void* to, std::size_t count, ncclDataType_t type, int root,
                           ncclComm_t comm, cudaStream_t stream) {
  return operate("ncclBroadcast", type, count, comm, stream,
                 {.kind = Operation::broadcast,
                  .from = static_cast<const float*>(from),
                  .to = static_cast<float*>(to),
                  .other = root});
}

}   // extern "C"
