#include "mpi/gradient_sync.hpp"

#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <numeric>

namespace archipel::mpi {
namespace {

std::vector<std::vector<float>> random_shards(int shards, int values, std::uint32_t seed) {
  std::vector<std::vector<float>> all;
  for (int s = 0; s < shards; ++s) {
    Stream draws(5, Purpose::canary, seed, std::uint32_t(s), 0);
    all.emplace_back();
    for (int v = 0; v < values; ++v) all.back().push_back(float(draws.unit() - 0.5));
  }
  return all;
}

/// Every replica fills its own shards alone; the others' hold what must not count.
std::vector<std::vector<float>> mine_of(const std::vector<std::vector<float>>& all, train::ShardRange mine) {
  std::vector<std::vector<float>> shards(all.size(), std::vector<float>(all[0].size(), 1e30f));
  for (int s = mine.begin; s < mine.end; ++s) shards[std::size_t(s)] = all[std::size_t(s)];
  return shards;
}

BOOST_AUTO_TEST_CASE(the_bits_are_those_of_one_replica) {
  const auto world = Communicator::duplicate_of(MPI_COMM_WORLD);
  MpiGradientSync sync(world);
  for (const int shards : {4, 8, 16})
    for (const int values : {1, 3, 100'003}) {
      const auto all = random_shards(shards, values, std::uint32_t(values));
      auto alone = all;
      train::LocalSync().combine(alone);
      auto together = mine_of(all, sync.mine(shards));
      sync.combine(together);
      BOOST_TEST((together[0] == alone[0]), shards << " shards of " << values << " values");
      auto chain = all[0];
      for (int s = 1; s < shards; ++s) train::add_shard(chain, all[std::size_t(s)]);
      if (values > 1000) BOOST_TEST((chain != alone[0]));   // another order gives other bits: the test can fail
    }
}

BOOST_AUTO_TEST_CASE(every_shard_is_computed_once) {
  const auto world = Communicator::duplicate_of(MPI_COMM_WORLD);
  MpiGradientSync sync(world);
  for (const int parts : {1, 2, 4, 7, 8, 64, 157}) {
    const auto mine = sync.mine(parts);
    BOOST_TEST(mine.begin <= mine.end);
    if (parts >= world.size()) BOOST_TEST(mine.begin < mine.end);
    BOOST_TEST(sync.sum(mine.end - mine.begin) == parts);
    std::int64_t squares = 0, expected = 0;   // the same parts, not only as many
    for (int p = mine.begin; p < mine.end; ++p) squares += std::int64_t(p + 1) * (p + 1);
    for (int p = 0; p < parts; ++p) expected += std::int64_t(p + 1) * (p + 1);
    BOOST_TEST(sync.sum(squares) == expected);
  }
}

BOOST_AUTO_TEST_CASE(small_whole_numbers_are_summed_exactly) {
  const auto world = Communicator::duplicate_of(MPI_COMM_WORLD);
  MpiGradientSync sync(world);
  std::vector<std::vector<float>> all(8, std::vector<float>(1000));
  for (int s = 0; s < 8; ++s) std::iota(all[std::size_t(s)].begin(), all[std::size_t(s)].end(), float(s));
  auto shards = mine_of(all, sync.mine(8));
  sync.combine(shards);
  for (int v = 0; v < 1000; ++v) BOOST_REQUIRE(shards[0][std::size_t(v)] == float(8 * v + 28));
}

}   // namespace
}   // namespace archipel::mpi
