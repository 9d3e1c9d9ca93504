#pragma once

#include <string>

namespace archipel::train {

// LibTorch's share of numerics.hpp.
void compute_on_one_thread();
bool prepare_torch_for_gpu(bool deterministic);
std::string torch_configuration();

}   // namespace archipel::train
