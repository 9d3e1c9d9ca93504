#pragma once

#include <cstddef>
#include <vector>

namespace archipel::train {

/// Values [begin, end) of a shard's buffer.
struct Bucket {
  std::size_t begin = 0, end = 0;
};

/// Cuts a shard's buffer of `size` values into the pieces in which it is summed, in the order in which a backward pass completes
/// them: [0, weights), which lies in the order of the layers, in pieces of at most `values` from its end on, then the rest, scales,
/// biases, moments and loss, as one.
std::vector<Bucket> buckets_of(std::size_t weights, std::size_t size, std::size_t values);

}   // namespace archipel::train
