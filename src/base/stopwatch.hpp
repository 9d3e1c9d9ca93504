#pragma once

#include <chrono>
#include <ctime>

namespace archipel {

/// Wall time, and processor time of the process, since it was made.
class Stopwatch {
 public:
  double wall() const { return std::chrono::duration<double>(Clock::now() - wall_).count(); }   // s
  double processor() const { return processor_time() - processor_; }                            // s

 private:
  using Clock = std::chrono::steady_clock;
  static double processor_time() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
  }
  Clock::time_point wall_ = Clock::now();
  double processor_ = processor_time();
};

}   // namespace archipel
