#pragma once

#include "io/schema.hpp"

#include <string>

namespace archipel::app {

/// Whether `layout`, made from the study now, continues the results at `path`: the same scientific settings, data and bits of
/// the kernels. Returns the file's stripe, which it keeps. InputError naming every setting and fact that differs; SystemError if
/// the file is damaged.
std::int64_t check_continues(const std::string& path, const io::ResultsLayout& layout);

}   // namespace archipel::app
