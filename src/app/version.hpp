#pragma once

#include <string>

namespace archipel::app {

/// Version of the program and of its compiler, one line.
std::string version();

}   // namespace archipel::app
