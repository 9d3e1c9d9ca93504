#pragma once

#include "base/random.hpp"
#include "study/study.hpp"

#include <vector>

namespace archipel {

/// For each island those that send to it, ascending. One island, or topology none: nobody. By `settings.topology`:
/// - ring: i sends to i + 1 (stepping stones: Cantu-Paz 2000, Efficient and Accurate Parallel Genetic Algorithms)
/// - torus: the four neighbours in a grid of rows x columns as square as the number of islands allows
/// - complete: everybody
/// - hypercube: numbers that differ in one bit; connected for any number of islands
/// - random: a connected random regular graph of `settings.degree`, made by Steger & Wormald's 1999 refinement of the pairing
///   model (Combinatorics, Probability and Computing 8); of degree islands - 1 where there are not more
/// InputError if no such graph exists (degree 1 with more than 2 islands; an odd number of islands times an odd degree).
std::vector<std::vector<int>> senders_to(const MigrationSettings& settings, int islands, Stream draws);

}   // namespace archipel
