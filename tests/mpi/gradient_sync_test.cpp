#include "mpi/gradient_sync_bodies.hpp"

#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <bit>
#include <exception>
#include <thread>

// One test for all bodies: gradient_sync_bodies_*.cpp has those of a program.

namespace archipel::mpi {
namespace {

using train::Bucket;
using Values = std::vector<float>;

constexpr float garbage = 1e30f;   // what must not count

/// Each rank has at least one.
int shards_for(const Communicator& world, int wished) {
  return std::max(wished, int(std::bit_ceil(unsigned(world.size()))));
}

std::vector<Values> random_shards(int shards, std::size_t size, std::uint32_t seed) {
  std::vector<Values> all;
  for (int shard = 0; shard < shards; ++shard) {
    Stream draws(5, Purpose::canary, seed, std::uint32_t(shard), 0);
    auto& values = all.emplace_back(size);
    for (auto& value : values) value = float(draws.unit() - 0.5);
  }
  return all;
}

/// Any order of sums gives the same.
std::vector<Values> whole_shards(int shards, std::size_t size) {
  std::vector<Values> all;
  for (int shard = 0; shard < shards; ++shard) {
    auto& values = all.emplace_back(size);
    for (std::size_t i = 0; i < size; ++i) values[i] = float((i * 7 + std::size_t(shard) * 13) % 1009);
  }
  return all;
}

Values sum_along_tree(std::vector<Values> all) {
  train::Shards shards(all.begin(), all.end());
  train::LocalSync local;
  local.begin(shards, {});
  local.finish();
  return all[0];
}

/// What a training does with a body in one step.
struct Step {
  Body& body;
  const std::vector<Values>& all;
  std::vector<Bucket> buckets;
  train::ShardRange mine = body.sync->mine(int(all.size()));
  train::Shards shards = {};

  Step(Body& tested, const std::vector<Values>& values, std::vector<Bucket> cut)
      : body(tested), all(values), buckets(std::move(cut)) {
    for (const auto& shard : all) {
      shards.push_back(body.device->allocate(shard.size()));
      body.device->write(shards.back(), Values(shard.size(), garbage));
    }
  }

  std::size_t size() const { return all[0].size(); }

  /// The values [begin, end) of this replica's own shards.
  void fill(std::size_t begin, std::size_t end) {
    for (int s = mine.begin; s < mine.end; ++s) {
      const auto& values = all[std::size_t(s)];
      body.device->write(shards[std::size_t(s)].subspan(begin, end - begin),
                         Values(values.begin() + std::ptrdiff_t(begin), values.begin() + std::ptrdiff_t(end)));
    }
  }

  Values finish() {
    body.sync->finish();
    return body.device->read(shards[0]);
  }

  Values run() {
    fill(0, size());
    body.sync->begin(shards, buckets);
    return finish();
  }

  /// With a backward pass that completes `piece` values at a time, from the end of the first bucket on.
  Values run_in_pieces(std::size_t piece) {
    body.sync->begin(shards, buckets);
    for (std::size_t end = buckets[0].end; end > 0;) {
      const std::size_t begin = end > piece ? end - piece : 0;
      fill(begin, end);
      body.sync->final_from(begin);
      end = begin;
    }
    fill(buckets[0].end, size());
    return finish();
  }
};

struct Fixture {
  Communicator world = Communicator::duplicate_of(MPI_COMM_WORLD);
  std::vector<Body> tested = bodies(world);
};

const std::vector<std::vector<Bucket>>& ways_to_cut() {   // 1,000 values
  static const std::vector<std::vector<Bucket>> ways{
      {{0, 1000}},
      train::buckets_of(900, 1000, 128),
      train::buckets_of(900, 1000, 1'000'000),
      train::buckets_of(1000, 1000, 333),
      {{999, 1000}, {500, 999}, {500, 500}, {1, 500}, {0, 1}, {0, 0}},
  };
  return ways;
}

BOOST_FIXTURE_TEST_CASE(small_whole_numbers_are_summed_exactly, Fixture) {
  for (auto& body : tested)
    for (const int wished : {4, 8, 32})
      for (const auto& buckets : ways_to_cut()) {
        const int shards = shards_for(world, wished);
        const auto all = whole_shards(shards, 1000);
        const auto sum = Step(body, all, buckets).run();
        BOOST_TEST((sum == sum_along_tree(all)),
                   body.name << ", " << shards << " shards, " << buckets.size() << " buckets");
      }
}

BOOST_FIXTURE_TEST_CASE(one_parameter, Fixture) {
  for (auto& body : tested)
    for (const auto& buckets : {train::buckets_of(1, 1, 100), train::buckets_of(0, 1, 100)}) {
      const auto all = whole_shards(shards_for(world, 4), 1);
      BOOST_TEST((Step(body, all, buckets).run() == sum_along_tree(all)), body.name);
    }
}

BOOST_FIXTURE_TEST_CASE(as_many_buckets_as_parameters, Fixture) {
  for (auto& body : tested) {
    const auto all = whole_shards(shards_for(world, 4), 60);
    BOOST_TEST((Step(body, all, train::buckets_of(50, 60, 1)).run_in_pieces(7) == sum_along_tree(all)), body.name);
  }
}

BOOST_FIXTURE_TEST_CASE(along_the_tree_the_bits_are_those_of_one_replica, Fixture) {
  for (auto& body : tested)
    for (const int wished : {4, 8, 16}) {
      const int shards = shards_for(world, wished);
      const auto all = random_shards(shards, 1000, 1);
      const auto alone = sum_along_tree(all);
      auto chain = all[0];
      for (int s = 1; s < shards; ++s) train::add_values(chain, all[std::size_t(s)]);
      BOOST_TEST((chain != alone));   // another order gives other bits: the test can fail
      for (const auto& buckets : ways_to_cut()) {
        const auto sum = Step(body, all, buckets).run();
        if (body.along_tree) BOOST_TEST((sum == alone), body.name << ", " << shards << " shards");
        for (std::size_t i = 0; i < sum.size(); ++i) BOOST_REQUIRE_SMALL(sum[i] - alone[i], 1e-4f);
      }
    }
}

BOOST_FIXTURE_TEST_CASE(large_sums_too, Fixture) {
  for (auto& body : tested) {
    const auto all = random_shards(shards_for(world, 4), 300'007, 2);
    const auto sum = Step(body, all, train::buckets_of(300'000, 300'007, 65'536)).run_in_pieces(20'000);
    const auto alone = sum_along_tree(all);
    if (body.along_tree) BOOST_TEST((sum == alone), body.name);
    for (std::size_t i = 0; i < sum.size(); ++i) BOOST_REQUIRE_SMALL(sum[i] - alone[i], 1e-4f);
  }
}

BOOST_FIXTURE_TEST_CASE(values_may_change_until_they_are_final, Fixture) {
  for (auto& body : tested)
    for (const auto& buckets : ways_to_cut())
      for (const std::size_t piece : {1000, 200, 77}) {
        const auto all = whole_shards(shards_for(world, 8), 1000);
        const auto sum = Step(body, all, buckets).run_in_pieces(piece);
        BOOST_TEST((sum == sum_along_tree(all)),
                   body.name << ", " << buckets.size() << " buckets, pieces of " << piece);
      }
}

BOOST_FIXTURE_TEST_CASE(replicas_need_not_tell_of_the_same_pieces, Fixture) {
  for (auto& body : tested) {
    const auto all = whole_shards(shards_for(world, 8), 1000);
    Step step(body, all, train::buckets_of(900, 1000, 100));
    const auto sum = world.rank() % 2 == 0 ? step.run() : step.run_in_pieces(250);
    BOOST_TEST((sum == sum_along_tree(all)), body.name);
  }
}

BOOST_FIXTURE_TEST_CASE(values_become_final_in_another_thread, Fixture) {
  for (auto& body : tested) {
    if (body.name == "MPI") continue;   // MPI is for the main thread
    for (const std::uint32_t seed : {1, 2, 3}) {
      const auto all = random_shards(shards_for(world, 4), 1000, seed);
      Step step(body, all, train::buckets_of(900, 1000, 100));
      body.sync->begin(step.shards, step.buckets);
      std::exception_ptr failure;
      std::thread([&] {
        try {
          for (std::size_t end = 900; end > 0; end -= 180) {
            step.fill(end - 180, end);
            body.sync->final_from(end - 180);
          }
        } catch (...) {
          failure = std::current_exception();
        }
      }).join();
      if (failure) std::rethrow_exception(failure);
      step.fill(900, 1000);
      const auto sum = step.finish(), alone = sum_along_tree(all);
      if (body.along_tree) BOOST_TEST((sum == alone), body.name);
      for (std::size_t i = 0; i < sum.size(); ++i) BOOST_REQUIRE_SMALL(sum[i] - alone[i], 1e-4f);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(step_follows_step, Fixture) {
  for (auto& body : tested) {
    const auto buckets = train::buckets_of(90, 100, 40);
    for (std::uint32_t step = 0; step < 30; ++step) {
      const int shards = shards_for(world, step % 3 == 0 ? 8 : 4);
      const auto all = whole_shards(shards, 100 + step);
      auto cut = buckets;
      cut.back().end = 100 + step;
      BOOST_TEST((Step(body, all, cut).run_in_pieces(1 + step) == sum_along_tree(all)), body.name << ", step " << step);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(every_part_is_computed_once, Fixture) {
  for (auto& body : tested)
    for (const int parts : {1, 2, 4, 7, 8, 64, 157}) {
      const auto mine = body.sync->mine(parts);
      BOOST_TEST(mine.begin <= mine.end);
      if (parts >= world.size()) BOOST_TEST(mine.begin < mine.end);
      BOOST_TEST(body.sync->sum(mine.end - mine.begin) == parts);
      std::int64_t squares = 0, expected = 0;   // the same parts, not only as many
      for (int p = mine.begin; p < mine.end; ++p) squares += std::int64_t(p + 1) * (p + 1);
      for (int p = 0; p < parts; ++p) expected += std::int64_t(p + 1) * (p + 1);
      BOOST_TEST(body.sync->sum(squares) == expected);
    }
}

BOOST_FIXTURE_TEST_CASE(sums_of_whole_numbers_have_all_their_bits, Fixture) {
  for (auto& body : tested) {
    const std::int64_t large = (std::int64_t{1} << 53) + 1;
    BOOST_TEST(body.sync->sum(large) == large * world.size());
    BOOST_TEST(body.sync->sum(-world.rank()) == -world.size() * (world.size() - 1) / 2);
  }
}

BOOST_FIXTURE_TEST_CASE(the_first_replicas_values_come_to_all, Fixture) {
  for (auto& body : tested)
    for (const std::size_t size : {1, 1000, 100'003}) {
      const auto values = body.device->allocate(size);
      const auto of = [&](int rank) { return random_shards(1, size, std::uint32_t(rank))[0]; };
      body.device->write(values, of(world.rank()));
      body.sync->broadcast(values);
      BOOST_TEST((body.device->read(values) == of(0)), body.name << ", " << size << " values");
      const auto all = whole_shards(shards_for(world, 4), 10);   // and sums go on
      BOOST_TEST((Step(body, all, {{0, 10}}).run() == sum_along_tree(all)), body.name);
    }
}

}   // namespace
}   // namespace archipel::mpi
