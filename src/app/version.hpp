#pragma once

#include <string>

namespace archipel::app {

/// Version of the program and of the libraries that decide bits, one line.
std::string version();

}   // namespace archipel::app
