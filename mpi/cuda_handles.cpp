#include "mpi/cuda_handles.hpp"

#include "base/error.hpp"

#include <string>

namespace archipel::mpi {
namespace {

[[noreturn]] void fail(std::string_view call, const char* reason, const std::source_location& at) {
  const std::string_view file = at.file_name();
  throw SystemError(std::string(call) + ": " + reason + " (" + std::string(file.substr(file.rfind('/') + 1)) + ":" +
                    std::to_string(at.line()) + ")");
}

}   // namespace

void cuda_check(cudaError_t code, std::string_view call, std::source_location at) {
  if (code != cudaSuccess) fail(call, cudaGetErrorString(code), at);
}

void cublas_check(cublasStatus_t code, std::string_view call, std::source_location at) {
  if (code != CUBLAS_STATUS_SUCCESS) fail(call, cublasGetStatusString(code), at);
}

Event make_event() {
  cudaEvent_t event = nullptr;
  cuda_check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreateWithFlags");
  return Event(event);
}

Stream make_stream() {
  int lowest = 0, highest = 0;
  cuda_check(cudaDeviceGetStreamPriorityRange(&lowest, &highest), "cudaDeviceGetStreamPriorityRange");
  cudaStream_t stream = nullptr;
  cuda_check(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, highest), "cudaStreamCreateWithPriority");
  return Stream(stream);
}

Blas make_blas(cudaStream_t stream) {
  cublasHandle_t handle = nullptr;
  cublas_check(cublasCreate(&handle), "cublasCreate");
  Blas blas(handle);
  cublas_check(cublasSetStream(handle, stream), "cublasSetStream");
  return blas;
}

}   // namespace archipel::mpi
