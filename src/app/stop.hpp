#pragma once

#include "study/study.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace archipel::app {

/// From now on USR2, and the signal that run.stop_signal names ("USR1", "USR2"), ask this process to stop. Call it before MPI starts: until
/// then the signal kills.
void stop_when_signalled(const std::string& name);

/// Whether this process is to stop: since it was signalled, or because its Slurm job ends.
class StopClock {
 public:
  /// Reads SLURM_JOB_END_TIME (s since 1970). InputError if that is no number.
  explicit StopClock(const RunSettings& run);

  /// Whether to begin nothing more; `needed`: s that the next evaluation must be given.
  bool stop(double needed) const;
  bool overdue() const;   // the grace is over: abandon what runs
  bool left() const;      // wait for no other rank
  /// "signal USR2", "the job ends in 90 s"; empty if nothing asks to stop.
  std::string reason() const;

 private:
  double since_signal() const;   // s, negative: none came
  double to_end() const;         // s, infinite: no end is known

  RunSettings run_;
  std::optional<std::chrono::system_clock::time_point> end_;
};

}   // namespace archipel::app
