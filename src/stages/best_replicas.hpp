#pragma once

#include <cstdint>
#include <span>

namespace archipel::stages {

/// How many ranks should train one candidate together, so that `ranks` have all of `costs` (any unit, in the order in which they
/// are dealt out) behind them first: a multiple of `least` that divides `ranks`, at most `shards`, the smallest if several are as good.
/// A candidate is cut into `shards` parts, and each doubling of a team is taken to cost 5 % for messages.
int best_replicas(std::span<const std::uint64_t> costs, int ranks, int least, int shards);

}   // namespace archipel::stages
