#include "mpi/nccl_double.hpp"
#include "mpi/nccl_double_stream.hpp"

#include <mpi.h>

#include <cublas_v2.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <thread>

struct CUstream_st {
  std::deque<nccl_double::Work> work;
};

struct CUevent_st {
  std::shared_ptr<int> happened = std::make_shared<int>(0);   // the last record that its stream has reached
  int recorded = 0;                                           // the last one that was asked for
};

struct cublasContext {
  int device;
  cudaStream_t stream = nullptr;
};

namespace nccl_double {
namespace {

thread_local int current_device = 0;
int living_ = 0;
CUstream_st default_stream;
std::vector<CUstream_st*> streams{&default_stream};

CUstream_st& of(cudaStream_t stream) { return stream ? *stream : default_stream; }

bool step(CUstream_st& stream) {
  if (stream.work.empty() || !stream.work.front()()) return false;
  stream.work.pop_front();
  return true;
}

}   // namespace

Faults& faults() {
  static Faults faults;
  return faults;
}

std::vector<std::string>& devices() {
  static std::vector<std::string> devices{"0", "1", "2", "3", "4", "5", "6", "7"};
  return devices;
}

int living() { return living_; }
void count_living(int change) { living_ += change; }

std::recursive_mutex& mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

int called(std::string_view function) {
  auto& fault = faults();
  return fault.function == function && --fault.call == 0 ? fault.code : 0;
}

void enqueue(cudaStream_t stream, Work work) { of(stream).work.push_back(std::move(work)); }

void poll() {
  while (std::any_of(streams.rbegin(), streams.rend(), [](auto* stream) { return step(*stream); })) {
  }
}

bool may_use_mpi() {
  int main_thread = 0;
  MPI_Is_thread_main(&main_thread);
  return main_thread;
}

}   // namespace nccl_double

using namespace nccl_double;

#define DOUBLE_CALL(type, function)    \
  const std::lock_guard lock(mutex()); \
  if (const int code = called(function); code != 0) return type(code)

extern "C" {

const char* cudaGetErrorString(cudaError_t error) { return error == cudaErrorNoDevice ? "no device" : "a CUDA error"; }

cudaError_t cudaGetDeviceCount(int* count) {
  DOUBLE_CALL(cudaError_t, "cudaGetDeviceCount");
  *count = int(devices().size());
  return devices().empty() ? cudaErrorNoDevice : cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  DOUBLE_CALL(cudaError_t, "cudaSetDevice");
  if (device < 0 || device >= int(devices().size())) return cudaErrorInvalidDevice;
  current_device = device;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  DOUBLE_CALL(cudaError_t, "cudaGetDevice");
  *device = current_device;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  DOUBLE_CALL(cudaError_t, "cudaGetDeviceProperties");
  const auto& identity = devices().at(std::size_t(device));
  *properties = {};
  std::strcpy(properties->name, "double");
  std::copy_n(identity.begin(), std::min<std::size_t>(identity.size(), 16), properties->uuid.bytes);
  return cudaSuccess;
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* lowest, int* highest) {
  DOUBLE_CALL(cudaError_t, "cudaDeviceGetStreamPriorityRange");
  *lowest = 0;
  *highest = -5;
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned int flags, int priority) {
  DOUBLE_CALL(cudaError_t, "cudaStreamCreateWithPriority");
  if (flags != cudaStreamNonBlocking || priority > 0 || priority < -5) return cudaErrorInvalidValue;
  streams.push_back(*stream = new CUstream_st);
  count_living(1);
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  DOUBLE_CALL(cudaError_t, "cudaStreamDestroy");
  std::erase(streams, stream);
  delete stream;
  count_living(-1);
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  for (;;) {
    {
      DOUBLE_CALL(cudaError_t, "cudaStreamSynchronize");
      poll();
      if (of(stream).work.empty()) return cudaSuccess;
    }
    std::this_thread::yield();
  }
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned int) {
  DOUBLE_CALL(cudaError_t, "cudaEventCreateWithFlags");
  *event = new CUevent_st;
  count_living(1);
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  DOUBLE_CALL(cudaError_t, "cudaEventDestroy");
  delete event;
  count_living(-1);
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  DOUBLE_CALL(cudaError_t, "cudaEventRecord");
  enqueue(stream, [happened = event->happened, number = ++event->recorded] {
    *happened = number;
    return true;
  });
  return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  DOUBLE_CALL(cudaError_t, "cudaEventQuery");
  poll();
  return *event->happened >= event->recorded ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned int) {
  DOUBLE_CALL(cudaError_t, "cudaStreamWaitEvent");
  enqueue(stream, [happened = event->happened, number = event->recorded] { return *happened >= number; });
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, std::size_t size) {
  DOUBLE_CALL(cudaError_t, "cudaMalloc");
  *memory = std::malloc(size);
  count_living(1);
  return cudaSuccess;
}

cudaError_t cudaFree(void* memory) {
  DOUBLE_CALL(cudaError_t, "cudaFree");
  std::free(memory);
  count_living(-1);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t size, cudaMemcpyKind, cudaStream_t stream) {
  DOUBLE_CALL(cudaError_t, "cudaMemcpyAsync");
  enqueue(stream, [=] {
    std::memcpy(to, from, size);
    return true;
  });
  return cudaSuccess;
}

const char* cublasGetStatusString(cublasStatus_t) { return "a cuBLAS error"; }

cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  DOUBLE_CALL(cublasStatus_t, "cublasCreate");
  *handle = new cublasContext{current_device};
  count_living(1);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy(cublasHandle_t handle) {
  cudaStreamSynchronize(handle->stream);   // to free memory
  DOUBLE_CALL(cublasStatus_t, "cublasDestroy");
  delete handle;
  count_living(-1);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
  DOUBLE_CALL(cublasStatus_t, "cublasSetStream");
  handle->stream = stream;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSaxpy(cublasHandle_t handle, int count, const float* alpha, const float* x, int x_step, float* y,
                           int y_step) {
  DOUBLE_CALL(cublasStatus_t, "cublasSaxpy");
  if (handle->device != current_device) return CUBLAS_STATUS_EXECUTION_FAILED;
  if (count < 0 || x_step != 1 || y_step != 1) return CUBLAS_STATUS_INVALID_VALUE;
  enqueue(handle->stream, [=, factor = *alpha] {
    for (int i = 0; i < count; ++i) y[i] += factor * x[i];
    return true;
  });
  return CUBLAS_STATUS_SUCCESS;
}

}   // extern "C"
