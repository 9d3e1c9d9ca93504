#include "train/buckets.hpp"

namespace archipel::train {

std::vector<Bucket> buckets_of(std::size_t weights, std::size_t size, std::size_t values) {
  std::vector<Bucket> buckets;
  for (std::size_t end = weights; end > 0; end = buckets.back().begin)
    buckets.push_back({end > values ? end - values : 0, end});
  buckets.push_back({weights, size});
  return buckets;
}

}   // namespace archipel::train
