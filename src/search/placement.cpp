#include "search/placement.hpp"

#include <cstdint>

namespace archipel {
namespace {

// `whole` items dealt to `parts` contiguous parts, whole >= parts: part p begins at floor(whole * p / parts).
Range part_of(int part, int parts, int whole) {
  const auto first = [=](int p) { return int(std::int64_t{whole} * p / parts); };
  return {first(part), first(part + 1)};
}

// The part that `item` falls into: the largest p with floor(whole * p / parts) <= item.
Range owner_of(int item, int parts, int whole) {
  const int part = int(((std::int64_t{item} + 1) * parts - 1) / whole);
  return {part, part + 1};
}

}   // namespace

Range islands_of(int team, int teams, int islands) {
  return islands >= teams ? part_of(team, teams, islands) : owner_of(team, islands, teams);
}

Range crew_of(int island, int teams, int islands) {
  return islands >= teams ? owner_of(island, teams, islands) : part_of(island, islands, teams);
}

std::vector<int> hypercube_neighbours(int team, int teams) {
  std::vector<int> neighbours;
  for (int bit = 1; bit < teams; bit *= 2) {
    if ((team ^ bit) < teams) neighbours.push_back(team ^ bit);
  }
  return neighbours;
}

std::vector<Seat> seats_of(int team, int teams, int islands) {
  std::vector<Seat> seats;
  const auto hosted = islands_of(team, teams, islands);
  for (int island = hosted.begin; island < hosted.end; ++island) {
    const auto crew = crew_of(island, teams, islands);
    seats.push_back({.island = island, .crew_index = team - crew.begin, .crew_size = crew.size()});
  }
  return seats;
}

}   // namespace archipel
