#include "train/torch_numerics.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

namespace archipel::train {
namespace {

/// The library whose function multiplies matrices for LibTorch, and what OpenBLAS says of itself: version and kernels in use.
std::string blas_in_use() {
  // Looked up as LibTorch's own calls are: from the library that holds this function, in the order in which it was linked.
  const auto find = [](const char* name) { return dlsym(RTLD_DEFAULT, name); };
  Dl_info product{}, config{};
  if (const auto gemm = find("sgemm_"); gemm == nullptr || dladdr(gemm, &product) == 0) return "within LibTorch";
  std::string text = std::filesystem::weakly_canonical(product.dli_fname).filename();
  const auto says = find("openblas_get_config");
  if (says != nullptr && dladdr(says, &config) != 0 && config.dli_fbase == product.dli_fbase)
    text += std::string(", ") + reinterpret_cast<char* (*)()>(says)();
  return text;
}

}   // namespace

void compute_on_one_thread() {
  at::set_num_threads(1);
  at::set_num_interop_threads(1);   // can be set once
}

bool prepare_torch_for_gpu(bool deterministic) {
  auto& context = at::globalContext();
  const bool before = context.deterministicAlgorithms();
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  context.setDeterministicCuDNN(deterministic);
  context.setBenchmarkCuDNN(!deterministic);
  context.setDeterministicAlgorithms(deterministic, /*warn_only=*/true);
#if TORCH_VERSION_MAJOR * 100 + TORCH_VERSION_MINOR >= 202
  context.setDeterministicFillUninitializedMemory(false);   // nothing is read that was not written
#endif
  if (deterministic) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 1);   // read when cuBLAS starts
  return before;
}

std::string torch_configuration() {
  std::string text = std::string("libtorch: ") + TORCH_VERSION + "\n";
  const std::string config = at::show_config();
  for (const char* wanted : {"MKL-DNN", "oneDNN", "CPU capability usage", "CUDA Runtime", "CuDNN"}) {
    const auto at = config.find(wanted);
    if (at == std::string::npos) continue;
    const auto begin = config.find_first_not_of(" -", config.rfind('\n', at) + 1);
    text += "config: " + config.substr(begin, config.find('\n', at) - begin) + "\n";
  }
  return text + "blas: " + blas_in_use() + "\n";
}

}   // namespace archipel::train
