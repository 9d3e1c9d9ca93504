#pragma once

namespace archipel::app {

/// s since the start of this process, also by an earlier program.
double seconds_since_start();
/// s from the start of the launcher on this node to that of this process, 0 without one. Before MPI starts, which sets the variables of
/// a launcher itself.
double launch_seconds();

}   // namespace archipel::app
