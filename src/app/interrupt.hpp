#pragma once

#include <string>

namespace archipel::app {

/// From now on a process that is ended by a signal from outside notes in the results that its candidate is not to blame: SIGINT and
/// SIGTERM, and where they would kill it also those of a closed terminal (HUP), a reader that left (PIPE), limits of processor time,
/// timers, a failing power supply, SIGQUIT and SIGUSR1. What a candidate itself can cause (SEGV, ABRT, KILL by a lack of memory) is
/// not among them. SIGINT and SIGQUIT also print "archipel: <message>" unless the message is empty; SIGTERM does not, for MPI ends
/// the other ranks with it when one has failed and said why.
void end_cleanly_when_signalled(const std::string& message);

}   // namespace archipel::app
