#pragma once

#include "search/seat.hpp"

#include <vector>

namespace archipel {

struct Range {
  int begin = 0, end = 0;   // half open
  int size() const { return end - begin; }
  bool contains(int i) const { return begin <= i && i < end; }
  bool operator==(const Range&) const = default;
};

// Who hosts what, as arithmetic that every rank repeats: 0 <= team < teams, 0 <= island < islands.
// With islands >= teams each team hosts a contiguous range of islands alone; with more teams than islands each island has a
// contiguous crew of teams and each team one island. Range sizes differ by at most one.

/// The islands that `team` hosts; never empty.
Range islands_of(int team, int teams, int islands);
/// The teams that host `island`; never empty.
Range crew_of(int island, int teams, int islands);
/// The seats of `team`, one for each of its islands, in order of island.
std::vector<Seat> seats_of(int team, int teams, int islands);

/// The teams whose numbers differ from `team`'s in one binary digit: the other one of two teams; at most log2(teams), rounded up.
std::vector<int> hypercube_neighbours(int team, int teams);

}   // namespace archipel
