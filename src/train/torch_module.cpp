#include "train/torch_parts.hpp"

#include <string_view>
#include <type_traits>

extern "C" [[gnu::visibility("default")]] const archipel::train::TorchParts* archipel_torch(const char* build) {
  return std::string_view(build) == ARCHIPEL_TORCH_BUILD ? &archipel::train::torch_parts() : nullptr;
}

static_assert(std::is_same_v<decltype(archipel_torch), archipel::train::TorchEntry>);
