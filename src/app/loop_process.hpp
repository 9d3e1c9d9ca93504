#pragma once

#include "train/plain_loop.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace archipel::app {

/// A training loop in a process of its own, because what is set for memory and kernels holds for a whole process. It is told
/// "NETWORK BATCH STEPS" and answers "IMAGES WALL PROCESSOR LOSS", a line each; at first it says "ready WHAT" or "none WHY".
class LoopProcess {
 public:
  /// Starts it, in the environment of a user: of what pins kernels only the number of threads.
  explicit LoopProcess(std::vector<std::string> command);
  ~LoopProcess();
  LoopProcess(const LoopProcess&) = delete;

  void tell(const std::string& line);
  /// SystemError if it has ended.
  std::string answer();
  train::LoopTime measure(std::size_t network, std::int64_t batch, std::int64_t steps);

 private:
  std::string name_;
  int id_ = 0;
  std::FILE *to_ = nullptr, *from_ = nullptr;
};

}   // namespace archipel::app
