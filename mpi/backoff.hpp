#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace archipel::mpi {

/// The pause between two probes: yields at first, because an answer mostly comes soon and a sleep takes longer than it was asked for, then
/// sleeps that grow with the wait.
class Backoff {
 public:
  void pause() {
    if (std::chrono::steady_clock::now() - begun_ < yielding) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(sleep_);
      sleep_ = std::min(sleep_ + sleep_ / 8, longest);   // noticed at most an eighth later than it was waited for
    }
  }

 private:
  static constexpr std::chrono::microseconds yielding{200};
  static constexpr std::chrono::nanoseconds longest{1'000'000};
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::nanoseconds sleep_{20'000};
};

}   // namespace archipel::mpi
