#pragma once

#include "base/digest.hpp"

#include "train/engine.hpp"

#include <string>

namespace archipel::train {

/// Fixes what decides bits and can be fixed after the program has started: one thread, no denormal numbers; and how memory is taken
/// from the system. Before the first kernel, on the thread that trains. base/cpu.hpp has what must stand before the start.
void prepare_process();

/// The same for the GPU of this process, which is chosen: float32 means float32, and `deterministic` kernels or the fastest. Returns
/// which it was before. SystemError if LibTorch cannot be loaded.
bool prepare_gpu(bool deterministic);

/// Digest of the weights after a fixed small training by the real engine (about 50 ms). Equal on machines that compute the same bits.
Digest canary(Device device = Device::cpu);

/// Versions of the numerical libraries and the instruction set in use, one "name: value" a line.
std::string numerics_text();

}   // namespace archipel::train
