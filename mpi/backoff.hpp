#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace archipel::mpi {

/// The pause between two probes: a few yields, because a partner on this core may be about to answer, then sleeps that grow with the wait.
class Backoff {
 public:
  void pause() {
    if (yields_ < 32) {
      ++yields_;
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(sleep_);
      sleep_ = std::min(sleep_ + sleep_ / 8, longest);   // noticed at most an eighth later than it was waited for
    }
  }

 private:
  static constexpr std::chrono::nanoseconds longest{1'000'000};
  int yields_ = 0;
  std::chrono::nanoseconds sleep_{20'000};
};

}   // namespace archipel::mpi
