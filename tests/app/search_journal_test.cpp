#include "app/search_journal.hpp"

#include "io/results_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <random>

namespace archipel::app {
namespace {

namespace fs = std::filesystem;
using Numbers = std::vector<double>;

struct Folder {
  mpi::Communicator world = io::world();
  io::SharedFolder folder{world};
  std::string results = folder / "out.h5";

  Digest search(int number) const { return {7, std::uint64_t(number * world.size() + world.rank())}; }
  Numbers found(int number) const { return Numbers(std::size_t(number) * 3, number + 0.25 * world.rank()); }
  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& file : fs::directory_iterator(SearchJournal::folder_of(results))) all.push_back(file.path());
    std::ranges::sort(all);
    return all;
  }
};

BOOST_FIXTURE_TEST_CASE(what_ended_is_found_by_all_ranks_of_later_starts, Folder) {
  {
    SearchJournal first(results, world);
    for (int number = 0; number < 5; ++number) first.add(search(number), found(number));
    BOOST_TEST(first.find(search(0)) == nullptr);   // of earlier starts
  }
  mpi::barrier(world);
  SearchJournal second(results, world);
  for (int number = 0; number < 5; ++number) {
    BOOST_REQUIRE(second.find(search(number)) != nullptr);
    BOOST_TEST((*second.find(search(number)) == found(number)));
  }
  BOOST_TEST(second.find({8, 0}) == nullptr);
  mpi::barrier(world);
  second.remove(world);
  mpi::barrier(world);
  BOOST_TEST(!fs::exists(SearchJournal::folder_of(results)));
}

BOOST_FIXTURE_TEST_CASE(a_journal_that_others_removed_is_no_failure, Folder) {
  SearchJournal journal(results, world);
  journal.add(search(1), found(2));
  mpi::barrier(world);
  if (world.rank() == 0) fs::remove_all(SearchJournal::folder_of(results));
  mpi::barrier(world);
  BOOST_CHECK_NO_THROW(journal.remove(world));
}

BOOST_FIXTURE_TEST_CASE(two_starts_at_a_time_do_not_disturb_each_other, Folder) {
  SearchJournal one(results, world), other(results, world);
  for (int number = 0; number < 20; ++number) {
    one.add(search(2 * number), found(number % 4));
    other.add(search(2 * number + 1), found(number % 5));
  }
  mpi::barrier(world);
  const SearchJournal third(results, world);
  for (int number = 0; number < 40; ++number) BOOST_TEST(third.find(search(number)) != nullptr);
}

BOOST_FIXTURE_TEST_CASE(damage_costs_what_stands_behind_it_and_nothing_else, Folder) {
  {
    SearchJournal journal(results, world);
    for (int number = 0; number < 6; ++number) journal.add(search(number), found(3));
  }
  mpi::barrier(world);
  const auto path = files().at(0).string();   // rank 0's
  mpi::barrier(world);
  const auto whole = io::read_file(path);
  const auto record = whole.size() / 6;
  std::mt19937_64 draws(5);
  for (int round = 0; round < 40; ++round) {
    std::size_t sure = 6;
    if (world.rank() == 0) {
      auto bytes = whole;
      if (round % 3 == 0) {
        bytes.resize(draws() % whole.size());
        sure = bytes.size() / record;
      } else {
        const auto at = draws() % whole.size();
        for (std::size_t i = at; i < std::min(at + (round % 3 == 1 ? 1 : 40), bytes.size()); ++i)
          bytes[i] ^= std::byte(1 + draws() % 255);
        sure = at / record;
      }
      io::write_durably(path, bytes);
    }
    mpi::broadcast(world, std::as_writable_bytes(std::span(&sure, 1)));
    const SearchJournal again(results, world);
    for (std::size_t number = 0; number < 6; ++number) {   // the damaged file is rank 0's
      const auto* there = again.find({7, number * std::size_t(world.size())});
      BOOST_TEST((there != nullptr) == (number < sure));
      if (there) BOOST_TEST((*there == Numbers(9, 3.0)));
    }
    mpi::barrier(world);
  }
}

}   // namespace
}   // namespace archipel::app
