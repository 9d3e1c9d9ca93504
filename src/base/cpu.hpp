#pragma once

#include <string>
#include <utility>
#include <vector>

namespace archipel {

/// The instruction set that the setting numerics.isa (native, avx2, avx512, avx512_bf16) stands for on this CPU: native for avx2 or
/// avx512, or "generic" on another architecture. InputError if this CPU does not have it.
std::string resolved_isa(const std::string& isa);

/// Whether this CPU has it; false for what the setting does not allow.
bool has_isa(const std::string& isa);

/// Environment variables that fix which kernels numerical libraries choose, and one thread. They are read when these libraries are
/// loaded, so they must stand before the program starts. InputError as above.
std::vector<std::pair<std::string, std::string>> pinned_environment(const std::string& isa);

}   // namespace archipel
