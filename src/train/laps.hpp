#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace archipel::train {

/// What a step of a training on the CPU is made of.
enum class Part { convolutions, stem, other_kernels, layout, data, optimiser, rest };
inline constexpr std::array part_names = {"convolutions", "stem",      "other_kernels", "layout",
                                          "data",         "optimiser", "rest"};

/// Where the wall time of this thread's trainings goes while this lives: the training says which part it has just done. Nobody listens
/// unless somebody measures.
class Laps {
 public:
  Laps() { listener_ = this; }
  ~Laps() { listener_ = nullptr; }
  Laps(const Laps&) = delete;

  static void end(Part part) {
    if (listener_ != nullptr) listener_->add(part);
  }

  void begin() {
    seconds_ = {};
    last_ = Clock::now();
  }
  const std::array<double, part_names.size()>& seconds() const { return seconds_; }

 private:
  using Clock = std::chrono::steady_clock;

  void add(Part part) {
    const auto now = Clock::now();
    seconds_[std::size_t(part)] += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

  std::array<double, part_names.size()> seconds_{};
  Clock::time_point last_ = Clock::now();
  static constinit inline thread_local Laps* listener_ = nullptr;
};

}   // namespace archipel::train
