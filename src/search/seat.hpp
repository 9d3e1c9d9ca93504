#pragma once

namespace archipel {

/// The place of a team in the crew of an island that it hosts.
struct Seat {
  int island = 0;
  int crew_index = 0;   // 0 .. crew_size - 1
  int crew_size = 1;
  bool operator==(const Seat&) const = default;
};

}   // namespace archipel
