#pragma once

#include <functional>
#include <string>

namespace archipel::io {

/// Does `work`, which must not touch MPI, in a child of this process, for what may crash or never end: "" if it came to its end,
/// else what went wrong, as the end of a sentence.
std::string failure_elsewhere(const std::function<void()>& work);

}   // namespace archipel::io
