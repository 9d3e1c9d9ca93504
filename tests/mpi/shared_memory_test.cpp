#include "mpi/shared_memory.hpp"

#include "mpi/collectives.hpp"

#include <boost/test/unit_test.hpp>

namespace archipel::mpi {
namespace {

BOOST_AUTO_TEST_CASE(what_one_rank_fills_all_ranks_read) {
  const auto world = Communicator::duplicate_of(MPI_COMM_WORLD);
  const auto node = world.split_shared();
  for (const std::size_t size : {1, 4097, 5'000'000}) {
    SharedBytes block(node, size);
    BOOST_TEST_REQUIRE(block.bytes().size() == size);
    BOOST_TEST(block.filler() == (node.rank() == 0));
    const auto value = [&](std::size_t i) { return std::uint8_t(i * 31 + size); };
    if (block.filler()) {
      for (std::size_t i = 0; i < size; ++i) block.bytes()[i] = value(i);
    }
    block.publish();
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < size; ++i) wrong += block.bytes()[i] != value(i);
    BOOST_TEST(wrong == 0u);
  }
}

BOOST_AUTO_TEST_CASE(all_ranks_see_the_same_memory) {
  const auto world = Communicator::duplicate_of(MPI_COMM_WORLD);
  SharedBytes block(world.split_shared(), std::size_t(world.size()));   // the tests run on one node
  block.bytes()[std::size_t(world.rank())] = std::uint8_t(100 + world.rank());
  block.publish();
  for (int rank = 0; rank < world.size(); ++rank) BOOST_TEST(int(block.bytes()[std::size_t(rank)]) == 100 + rank);
}

BOOST_AUTO_TEST_CASE(blocks_may_be_larger_than_2_gib) {
  const auto world = Communicator::duplicate_of(MPI_COMM_WORLD);
  constexpr std::size_t size = (std::size_t{5} << 29) + 3;   // 2.5 GiB, of which only the pages written here exist
  SharedBytes block(world.split_shared(), size);
  BOOST_TEST_REQUIRE(block.bytes().size() == size);
  const std::size_t places[] = {0, (std::size_t{1} << 31) - 1, std::size_t{1} << 31, size - 1};
  if (block.filler()) {
    for (std::size_t i = 0; i < 4; ++i) block.bytes()[places[i]] = std::uint8_t(11 + i);
  }
  block.publish();
  for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(block.bytes()[places[i]] == 11 + i);
}

}   // namespace
}   // namespace archipel::mpi
