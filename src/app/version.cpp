#include "app/version.hpp"

namespace archipel::app {

std::string version() { return "archipel " ARCHIPEL_VERSION " (" __VERSION__ ")"; }

}   // namespace archipel::app
