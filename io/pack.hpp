#pragma once

#include <string>

namespace archipel::io {

/// Makes a compact copy of a results file: the places that hold something, in compressed chunks, and the final networks inside.
/// Every reader here takes it as it takes the original; no run goes on with it. InputError if `to` exists or `from` is damaged
/// or packed already.
void pack(const std::string& from, const std::string& to);

}   // namespace archipel::io
