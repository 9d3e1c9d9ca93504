#pragma once

#include <cuda_runtime_api.h>

#include <functional>
#include <mutex>
#include <string_view>

namespace nccl_double {

/// One for all calls.
std::recursive_mutex& mutex();
/// Counts a call; the code that a fault wants it to return, 0 for none.
int called(std::string_view function);
void count_living(int change);

/// Work at the head of a stream: tried at each poll until it says that it is done.
using Work = std::function<bool()>;
void enqueue(cudaStream_t stream, Work work);
/// Lets every stream go as far as it can.
void poll();
/// MPI is for its main thread alone.
bool may_use_mpi();

}   // namespace nccl_double
