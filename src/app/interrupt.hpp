#pragma once

#include <string>

namespace archipel::app {

/// From now on SIGINT prints "archipel: <message>" before it ends the process, as it does without this. Not for SIGTERM, with which
/// MPI ends the other ranks when one has failed and said why.
void tell_when_interrupted(const std::string& message);

}   // namespace archipel::app
