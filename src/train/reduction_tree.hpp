#pragma once

#include <vector>

namespace archipel::train {

struct ShardRange {
  int begin = 0, end = 0;
};

/// The `parts` that one of `replicas` computes: [floor(parts r / replicas), floor(parts (r + 1) / replicas)), perhaps none.
ShardRange part_of(int parts, int replicas, int replica);

/// What one replica does in the sum of a batch's shards.
struct TreeStep {
  enum Kind { add, send, receive } kind = add;
  int shard = 0;   // added to, sent or received: in the place of one that this replica does not compute
  int other = 0;   // add: the shard whose values are added; otherwise the replica at the other end
};

/// The steps of `replica`, in order, after which shards[0] of every replica holds the sum of `shards` (a power of two, at least as
/// many as replicas) along a fixed binary tree by shard index, (0 + 1) + (2 + 3), whoever computes them. For a power of two of replicas
/// those of two halves exchange their partial sums and all add (recursive doubling: Thakur et al. 2005, Int. J. High Performance
/// Computing Applications 19); otherwise as in `tree_rounds`. A partial sum may be added to by the step behind its `send`: wait until it
/// has gone. Receives must not wait for sends.
std::vector<TreeStep> tree_steps(int shards, int replicas, int replica);

/// The same sum in rounds, each of either messages or additions, which do not depend on each other. Partial sums travel to the replica of
/// the lower shard, the whole from replica 0 along a binomial tree to all. Both ends of a message have it in the rounds of the same distance
/// in the tree, and a round has no second message between two replicas.
std::vector<std::vector<TreeStep>> tree_rounds(int shards, int replicas, int replica);

}   // namespace archipel::train
