#include "search/placement.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace archipel {
namespace {

template <class Check>
void for_all_sizes(const Check& check) {
  for (int teams = 1; teams <= 70; ++teams) {
    for (int islands = 1; islands <= 70; ++islands) check(teams, islands);
  }
}

struct Sizes {
  int smallest = 1 << 30, largest = 0;
  void add(const Range& range) {
    smallest = std::min(smallest, range.size());
    largest = std::max(largest, range.size());
  }
};

BOOST_AUTO_TEST_CASE(hypercube_neighbours_are_mutual) {
  BOOST_TEST(hypercube_neighbours(0, 1).empty());
  for (int teams = 2; teams <= 70; ++teams) {
    for (int team = 0; team < teams; ++team) {
      const auto mine = hypercube_neighbours(team, teams);
      BOOST_TEST_REQUIRE(!mine.empty());
      for (const int other : mine) {
        BOOST_TEST_REQUIRE((0 <= other && other < teams && other != team));
        const auto theirs = hypercube_neighbours(other, teams);
        BOOST_TEST_REQUIRE((std::ranges::find(theirs, team) != theirs.end()));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(teams_host_contiguous_ranges_that_cover_the_islands) {
  for_all_sizes([](int teams, int islands) {
    Sizes sizes;
    int next = 0;   // the first island that the teams so far do not host
    for (int team = 0; team < teams; ++team) {
      const auto hosted = islands_of(team, teams, islands);
      sizes.add(hosted);
      BOOST_TEST_REQUIRE((islands >= teams ? hosted.begin == next : hosted.begin == next || hosted.begin == next - 1));
      next = hosted.end;
    }
    BOOST_TEST_REQUIRE(next == islands);
    BOOST_TEST_REQUIRE(sizes.smallest >= 1);
    BOOST_TEST_REQUIRE(sizes.largest <= (islands >= teams ? sizes.smallest + 1 : 1));
  });
}

BOOST_AUTO_TEST_CASE(crews_are_contiguous_ranges_that_cover_the_teams) {
  for_all_sizes([](int teams, int islands) {
    Sizes sizes;
    int next = 0;
    for (int island = 0; island < islands; ++island) {
      const auto crew = crew_of(island, teams, islands);
      sizes.add(crew);
      BOOST_TEST_REQUIRE((teams >= islands ? crew.begin == next : crew.begin == next || crew.begin == next - 1));
      next = crew.end;
    }
    BOOST_TEST_REQUIRE(next == teams);
    BOOST_TEST_REQUIRE(sizes.smallest >= 1);
    BOOST_TEST_REQUIRE(sizes.largest <= (teams >= islands ? sizes.smallest + 1 : 1));
  });
}

BOOST_AUTO_TEST_CASE(a_team_hosts_an_island_exactly_if_it_is_in_its_crew) {
  for_all_sizes([](int teams, int islands) {
    for (int team = 0; team < teams; ++team) {
      const auto hosted = islands_of(team, teams, islands);
      for (int island = 0; island < islands; ++island) {
        if (hosted.contains(island) != crew_of(island, teams, islands).contains(team)) {
          BOOST_ERROR("team " << team << " of " << teams << ", island " << island << " of " << islands);
        }
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(every_seat_of_every_crew_is_taken_once) {
  for_all_sizes([](int teams, int islands) {
    std::vector<std::vector<int>> taken(static_cast<std::size_t>(islands));   // crew indices by island, teams rising
    for (int team = 0; team < teams; ++team) {
      for (const auto& seat : seats_of(team, teams, islands)) {
        BOOST_TEST_REQUIRE(seat.crew_size == crew_of(seat.island, teams, islands).size());
        taken[std::size_t(seat.island)].push_back(seat.crew_index);
      }
    }
    for (int island = 0; island < islands; ++island) {
      const auto& indices = taken[std::size_t(island)];
      BOOST_TEST_REQUIRE(int(indices.size()) == crew_of(island, teams, islands).size());
      for (int i = 0; i < int(indices.size()); ++i) BOOST_TEST_REQUIRE(indices[std::size_t(i)] == i);
    }
  });
}

BOOST_AUTO_TEST_CASE(huge_numbers_do_not_overflow) {
  const int many = 2'000'000'000;
  BOOST_TEST((islands_of(many - 1, many, many) == Range{many - 1, many}));
  BOOST_TEST((crew_of(1, many, 2) == Range{many / 2, many}));
  BOOST_TEST((islands_of(many - 1, many, 2) == Range{1, 2}));
}

}   // namespace
}   // namespace archipel
