#pragma once

#include "train/engine.hpp"
#include "train/plain_loop.hpp"

#include <memory>
#include <span>
#include <string>

namespace archipel::train {

/// All that needs LibTorch: training on GPUs, exports, and what benchmarks compare with. Training on CPUs does not, and loading
/// LibTorch takes longer than much of what this program is started for.
struct TorchParts {
  decltype(tensor_engine)* engine;
  decltype(add_on_gpu)* add;
  /// Prepares the GPU of this process, which is chosen; whether kernels had to be deterministic before.
  bool (*prepare_gpu)(bool deterministic);
  std::string (*torchscript)(const NetworkSpec& network, const Weights& weights, const TrainingData& data);
  decltype(plain_loop)* loop;
  Peaks (*measure_peaks)();
  std::string (*text)();   // version and configuration, one "name: value" a line
};

// Two bodies, of which a program links one: archipel_torch has LibTorch linked, archipel_torch_loader loads it when first asked.

/// On one thread that computes. SystemError if it cannot be loaded.
const TorchParts& torch_parts();
/// SystemError if the file to load is not there: to be told before the hours that a study takes until its networks are exported.
void require_torch();
/// TorchParts::text, or the version alone while nothing is loaded.
std::string torch_text();

/// What a library that is loaded is asked by name: null if `build` is not that of the library. It must be the caller's build of this
/// program, with its compiler and its LibTorch, because they share C++ types.
using TorchEntry = const TorchParts*(const char* build);
inline constexpr const char* torch_entry_name = "archipel_torch";

}   // namespace archipel::train
