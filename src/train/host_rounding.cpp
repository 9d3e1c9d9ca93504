#include "train/host_training.hpp"
#include "train/laps.hpp"
#include "train/memory_plan.hpp"

#include <algorithm>

namespace archipel::train {

/// A value is rounded once for all convolutions that read it, and the copy stays until the last of them has its gradient.
void HostTraining::plan_rounded() {
  constexpr std::size_t line = 32;   // numbers in a cache line
  const auto& layers = network_.layers;
  const int last = int(layers.size()) - 1;
  std::vector<Lifetime> buffers;
  std::vector<Bfloat16**> places;
  const auto add_buffer = [&](std::size_t layer, int first, int until, Bfloat16*& place) {
    const std::size_t count = std::size_t(images_) * layers[layer].outputs();
    buffers.push_back({(count + line - 1) / line * line, first, until});
    places.push_back(&place);
  };
  std::vector<int> until(layers.size());   // the last operation, as in plan(), that reads the copy
  for (std::size_t i = layers.size() - 1; i >= 1; --i) {
    const int backward = 2 * last - int(i);
    if (rounds(i)) {
      auto& needed = until[std::size_t(layers[i].inputs[0])];
      needed = std::max(needed, backward);
      add_buffer(i, backward, backward, steps_[i].rounded_gradient);
    }
    if (until[i] > 0) add_buffer(i, int(i), until[i], steps_[i].rounded);
  }
  const auto memory = plan_memory(buffers);
  rounded_memory_.resize(memory.floats + line);
  auto* begin = rounded_memory_.data();
  while (reinterpret_cast<std::uintptr_t>(begin) % 64 != 0) ++begin;
  for (std::size_t b = 0; b < buffers.size(); ++b) *places[b] = begin + memory.offsets[b];
  for (std::size_t i = 1; i < layers.size(); ++i)
    if (rounds(i)) steps_[i].rounded_x = steps_[std::size_t(layers[i].inputs[0])].rounded;
}

void HostTraining::round_value(std::size_t layer) {
  const Step& step = steps_[layer];
  if (step.rounded == nullptr) return;
  round_to_bfloat16(step.value, std::size_t(images_) * network_.layers[layer].outputs(), step.rounded);
  Laps::end(Part::convolutions);
}

}   // namespace archipel::train
