#include "train/torch_numerics.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include <cstdlib>

namespace archipel::train {

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
  for (const char* wanted : {"MKL-DNN", "oneDNN", "CPU capability usage", "CUDA Runtime", "CuDNN", "BLAS_INFO"}) {
    const auto at = config.find(wanted);
    if (at == std::string::npos) continue;
    const auto first = config.rfind('\n', at) + 1,
               end = config.find_first_of(std::string(wanted) == "BLAS_INFO" ? ",\n" : "\n", at);
    const auto begin = std::string(wanted) == "BLAS_INFO" ? at : config.find_first_not_of(" -", first);
    text += "config: " + config.substr(begin, end - begin) + "\n";
  }
  return text;
}

}   // namespace archipel::train
