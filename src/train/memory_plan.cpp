#include "train/memory_plan.hpp"

#include <algorithm>
#include <numeric>

namespace archipel::train {

MemoryPlan plan_memory(const std::vector<Lifetime>& buffers) {
  constexpr std::size_t line = 16;   // floats
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t b) { return buffers[b].first; });

  MemoryPlan plan{.offsets = std::vector<std::size_t>(buffers.size())};
  const auto size_of = [&](std::size_t b) { return (buffers[b].floats + line - 1) / line * line; };
  std::vector<std::size_t> placed;   // those that may still be in use, by place
  for (const std::size_t buffer : order) {
    std::erase_if(placed, [&](std::size_t other) { return buffers[other].last < buffers[buffer].first; });
    std::size_t offset = 0;
    auto next = placed.begin();
    for (; next != placed.end() && plan.offsets[*next] < offset + size_of(buffer); ++next)
      offset = plan.offsets[*next] + size_of(*next);
    plan.offsets[buffer] = offset;
    placed.insert(next, buffer);
    plan.floats = std::max(plan.floats, offset + size_of(buffer));
  }
  return plan;
}

}   // namespace archipel::train
