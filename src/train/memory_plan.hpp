#pragma once

#include <cstddef>
#include <vector>

namespace archipel::train {

/// A buffer that is in use from operation `first` to operation `last`, both included.
struct Lifetime {
  std::size_t floats = 0;
  int first = 0, last = 0;
};

/// Places in one block of memory, in floats; each begins a cache line.
struct MemoryPlan {
  std::vector<std::size_t> offsets;   // by buffer
  std::size_t floats = 0;             // of the block
};

/// Lays buffers out so that no two overlap that are in use at the same time: in order of their first use, each at the lowest place
/// where it fits, so that memory which was used last, and is still in the caches, is used again first.
MemoryPlan plan_memory(const std::vector<Lifetime>& buffers);

}   // namespace archipel::train
