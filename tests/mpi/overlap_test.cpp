#include "mpi/gradient_sync.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <thread>

namespace archipel::mpi {
namespace {

/// No replica says that all is final before it has seen the sum of the first bucket: without overlap nobody ever would.
BOOST_AUTO_TEST_CASE(a_bucket_is_summed_while_the_rest_is_computed) {
  const auto world = Communicator::duplicate_of(MPI_COMM_WORLD);
  MpiGradientSync sync(world);
  constexpr std::size_t size = 100'000;
  const int count = 4;
  std::vector<std::vector<float>> all(count, std::vector<float>(size, 0.0f));
  train::Shards shards(all.begin(), all.end());
  const auto buckets = train::buckets_of(size - 10, size, 20'000);
  const auto mine = sync.mine(count);
  sync.begin(shards, buckets);
  const auto first = buckets[0].begin;
  for (int s = mine.begin; s < mine.end; ++s)
    std::fill(shards[std::size_t(s)].begin() + std::ptrdiff_t(first), shards[std::size_t(s)].end() - 10, float(s + 1));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto summed = [&] { return shards[0][first] == 10.0f && shards[0][size - 11] == 10.0f; };
  for (sync.final_from(first); !summed() && std::chrono::steady_clock::now() < deadline; sync.final_from(first))
    std::this_thread::yield();
  BOOST_TEST(summed());
  MPI_Barrier(world.handle());   // all have seen it, and nobody has been in finish
  for (int s = mine.begin; s < mine.end; ++s)
    std::fill(shards[std::size_t(s)].begin(), shards[std::size_t(s)].begin() + std::ptrdiff_t(first), float(s + 1));
  sync.finish();
  for (std::size_t i = 0; i < size - 10; ++i) BOOST_REQUIRE(shards[0][i] == 10.0f);
}

}   // namespace
}   // namespace archipel::mpi
