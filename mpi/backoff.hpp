#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace archipel::mpi {

/// The pause between two probes: a few yields, because a partner on this core may be about to answer, then sleeps that grow.
class Backoff {
 public:
  void pause() {
    if (yields_ < 32) {
      ++yields_;
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(sleep_);
      sleep_ = std::min(2 * sleep_, longest);
    }
  }

 private:
  static constexpr std::chrono::microseconds longest{1000};
  int yields_ = 0;
  std::chrono::microseconds sleep_{20};
};

}   // namespace archipel::mpi
