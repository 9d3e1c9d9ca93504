#include "train/gradient_sync.hpp"

namespace archipel::train {

void sum_along_tree(std::span<std::vector<float>> shards) {
  for (std::size_t step = 1; step < shards.size(); step *= 2)
    for (std::size_t i = 0; i + step < shards.size(); i += 2 * step) {
      float* target = shards[i].data();
      const float* source = shards[i + step].data();
      for (std::size_t k = 0; k < shards[i].size(); ++k) target[k] += source[k];
    }
}

}   // namespace archipel::train
