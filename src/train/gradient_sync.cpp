#include "train/gradient_sync.hpp"

namespace archipel::train {

void add_shard(std::vector<float>& sums, const std::vector<float>& addends) {
  float* target = sums.data();
  const float* source = addends.data();
  for (std::size_t k = 0; k < sums.size(); ++k) target[k] += source[k];
}

void sum_along_tree(std::span<std::vector<float>> shards) {
  for (std::size_t step = 1; step < shards.size(); step *= 2)
    for (std::size_t i = 0; i + step < shards.size(); i += 2 * step) add_shard(shards[i], shards[i + step]);
}

}   // namespace archipel::train
