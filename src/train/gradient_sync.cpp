#include "train/gradient_sync.hpp"

namespace archipel::train {

void add_values(std::span<float> sums, std::span<const float> addends) {
  float* target = sums.data();
  const float* source = addends.data();
  for (std::size_t k = 0; k < sums.size(); ++k) target[k] += source[k];
}

void LocalSync::finish() {
  for (const auto& step : tree_steps(int(shards_->size()), 1, 0))
    add_((*shards_)[std::size_t(step.shard)], (*shards_)[std::size_t(step.other)]);
}

}   // namespace archipel::train
