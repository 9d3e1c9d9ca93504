#pragma once

#include <string>

namespace archipel::app {

/// From now on a process that SIGINT or SIGTERM ends notes in the results that its candidate is not to blame. SIGINT also prints
/// "archipel: <message>" unless the message is empty; SIGTERM does not, for MPI ends the other ranks with it when one has failed
/// and said why.
void end_cleanly_when_signalled(const std::string& message);

}   // namespace archipel::app
