#pragma once

#include <cublas_v2.h>
#include <cuda_runtime_api.h>

#include <memory>
#include <source_location>
#include <string_view>
#include <type_traits>

namespace archipel::mpi {

/// SystemError naming `call`, CUDA's text for `code` and the place, unless `code` is cudaSuccess.
void cuda_check(cudaError_t code, std::string_view call, std::source_location at = std::source_location::current());
/// The same for cuBLAS.
void cublas_check(cublasStatus_t code, std::string_view call,
                  std::source_location at = std::source_location::current());

namespace detail {
template <auto destroy>
struct Destroy {
  void operator()(auto* handle) const { destroy(handle); }
};
template <class Handle, auto destroy>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Destroy<destroy>>;
}   // namespace detail

using Event = detail::Owned<cudaEvent_t, cudaEventDestroy>;
using Stream = detail::Owned<cudaStream_t, cudaStreamDestroy>;
using Blas = detail::Owned<cublasHandle_t, cublasDestroy>;

// All of them on the current device.

/// Tells only whether it has happened, not when.
Event make_event();
/// Of the highest priority; waits for no other stream, not even the default one.
Stream make_stream();
Blas make_blas(cudaStream_t stream);

}   // namespace archipel::mpi
