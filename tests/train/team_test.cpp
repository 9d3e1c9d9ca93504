// Replicas that train together, as threads of one process.
#include "if_bfloat16.hpp"
#include "small_training.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <barrier>
#include <numeric>
#include <thread>

using namespace archipel;
using namespace archipel::train;

namespace {

using Fixture = SmallTraining;

/// Replicas in threads of this process: each computes its part of the shards, all see all of them.
struct Board {
  std::vector<std::vector<float>> shards;
  std::vector<std::int64_t> numbers;
  std::barrier<> meeting;
  Board(int replicas, int count) : shards(count), numbers(replicas), meeting(replicas) {}
};
struct ThreadSync : GradientSync {
  Board& board;
  int replica, replicas;
  ThreadSync(Board& all, int index, int count) : board(all), replica(index), replicas(count) {}
  ShardRange mine(int shards) const override {
    return {shards * replica / replicas, shards * (replica + 1) / replicas};
  }
  void begin(const Shards& shards, std::span<const Bucket>) override { shards_ = &shards; }
  void final_from(std::size_t) override {}
  void finish() override {
    const auto range = mine(int(shards_->size()));
    for (int s = range.begin; s < range.end; ++s) board.shards[s].assign((*shards_)[s].begin(), (*shards_)[s].end());
    board.meeting.arrive_and_wait();
    for (std::size_t s = 0; s < shards_->size(); ++s) std::ranges::copy(board.shards[s], (*shards_)[s].begin());
    board.meeting.arrive_and_wait();
    for (const auto& step : tree_steps(int(shards_->size()), 1, 0))
      add_values((*shards_)[step.shard], (*shards_)[step.other]);
  }
  void broadcast(std::span<float>) override {}
  std::int64_t sum(std::int64_t mine) override {
    board.numbers[replica] = mine;
    board.meeting.arrive_and_wait();
    const auto sum = std::accumulate(board.numbers.begin(), board.numbers.end(), std::int64_t{0});
    board.meeting.arrive_and_wait();
    return sum;
  }

 private:
  const Shards* shards_ = nullptr;
};

void check_replicas(const Fixture& of, const TrainingPlan& plan) {
  LocalSync local;
  const auto alone = train::train(of.network, plan, of.data, 5, {local});
  for (const int replicas : {2, 3, 4}) {
    Board board(replicas, 4);
    std::vector<Training> results(replicas);
    std::vector<std::thread> threads;
    for (int r = 0; r < replicas; ++r)
      threads.emplace_back([&, r] {
        prepare_process();
        ThreadSync sync(board, r, replicas);
        results[r] = train::train(of.network, plan, of.data, 5, {sync});
      });
    for (auto& thread : threads) thread.join();
    for (const auto& result : results) BOOST_TEST((result.weights == alone.weights), replicas << " replicas");
  }
}

}   // namespace

BOOST_FIXTURE_TEST_CASE(any_number_of_replicas_gives_the_same_weights, Fixture) { check_replicas(*this, plan(1)); }

BOOST_FIXTURE_TEST_CASE(also_in_bfloat16, Fixture, *if_bfloat16) {
  auto settings = plan(1);
  settings.settings.precision = "bfloat16";
  check_replicas(*this, settings);
}

BOOST_FIXTURE_TEST_CASE(replicas_that_read_their_own_windows_give_the_same_weights, Fixture) {
  auto settings = plan(2);
  settings.window = 4 * 64 * 144;   // of 500 images
  const auto alone = train::train(network, settings, data, 5, {local});
  const TrainingData streamed(images.streamed(), 200, 1);
  for (const int replicas : {2, 3}) {
    Board board(replicas, 4);
    std::vector<Training> results(replicas);
    std::vector<std::thread> threads;
    for (int r = 0; r < replicas; ++r)
      threads.emplace_back([&, r] {
        prepare_process();
        ThreadSync sync(board, r, replicas);
        results[r] = train::train(network, settings, streamed, 5, {sync});
      });
    for (auto& thread : threads) thread.join();
    for (const auto& result : results) {
      BOOST_TEST((result.weights == alone.weights), replicas << " replicas");
      BOOST_TEST(result.validation_accuracy == alone.validation_accuracy);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_wish_to_stop_of_one_replica_stops_all_at_one_step, Fixture) {
  Board board(2, 4);
  std::vector<std::vector<std::byte>> states(2);
  std::vector<std::thread> threads;
  for (int r = 0; r < 2; ++r)
    threads.emplace_back([&, r] {
      prepare_process();
      ThreadSync sync(board, r, 2);
      TrainingHooks hooks;
      if (r == 0) hooks.abandon = [step = 0]() mutable { return step++ == 3; };
      hooks.keep = [&](std::span<const std::byte> state) { states[r].assign(state.begin(), state.end()); };
      BOOST_CHECK_THROW(train::train(network, plan(1), data, 5, {sync}, hooks), Stopped);
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(!states[0].empty());
  BOOST_TEST((states[0] == states[1]));
}

/// A replica that fails while it computes its last shard.
struct FailingSync : ThreadSync {
  using ThreadSync::ThreadSync;
  int calls = 0;
  void final_from(std::size_t) override {
    if (++calls == 40) throw std::bad_alloc();
  }
};

BOOST_FIXTURE_TEST_CASE(what_one_replica_meets_in_a_step_ends_it_on_all, Fixture) {
  for (const auto device : {Device::cpu, Device::reference}) {
    Board board(2, 4);
    std::thread failing([&] {
      prepare_process();
      FailingSync sync(board, 1, 2);
      BOOST_CHECK_THROW(train::train(network, plan(1), data, 5, {sync, device}), std::bad_alloc);
    });
    ThreadSync sync(board, 0, 2);
    BOOST_CHECK_THROW(train::train(network, plan(1), data, 5, {sync, device}), std::bad_alloc);
    failing.join();
  }
}

/// Another replica tells in its shards that it failed.
struct SyncWithBadNews : LocalSync {
  std::size_t place;
  explicit SyncWithBadNews(std::size_t where) : place(where) {}
  void begin(const Shards& shards, std::span<const Bucket> buckets) override {
    LocalSync::begin(shards, buckets);
    sum_ = shards[0];
  }
  void finish() override {
    LocalSync::finish();
    sum_[place] += 1;
  }
  std::span<float> sum_;
};

BOOST_FIXTURE_TEST_CASE(what_another_replica_meets_ends_a_training_here_too, Fixture) {
  const auto layout = layout_of(network);
  SyncWithBadNews failed(layout.failed), lacked_memory(layout.lacked_memory), stopped(layout.stopped);
  BOOST_CHECK_THROW(train::train(network, plan(1), data, 5, {failed}), std::runtime_error);
  BOOST_CHECK_THROW(train::train(network, plan(1), data, 5, {lacked_memory}), std::bad_alloc);
  BOOST_CHECK_THROW(train::train(network, plan(1), data, 5, {stopped}), Stopped);
}

/// Checks that what is said to be final does not change any more and that all of it is told, piece by piece.
struct SyncThatWatches : LocalSync {
  std::vector<std::size_t> told;
  std::vector<float> seen;   // of the first shard's copy when it was said to be final
  std::size_t weights = 0;
  Shards shards;
  void begin(const Shards& all, std::span<const Bucket> buckets) override {
    LocalSync::begin(all, buckets);
    shards = all;
    weights = buckets.back().begin;
    told.assign(1, weights);
    seen.assign(all[0].size(), 0);
  }
  void final_from(std::size_t first) override {
    BOOST_TEST(first <= told.back());
    if (first == told.back()) return;
    const auto last = shards.back();
    std::copy(last.begin() + std::ptrdiff_t(first), last.begin() + std::ptrdiff_t(told.back()),
              seen.begin() + std::ptrdiff_t(first));
    told.push_back(first);
  }
  void finish() override {
    BOOST_TEST(told.size() > 4u);
    BOOST_TEST(told.back() == 0u);
    BOOST_TEST(std::equal(seen.begin(), seen.begin() + std::ptrdiff_t(weights), shards.back().begin()));
    LocalSync::finish();
  }
};

BOOST_FIXTURE_TEST_CASE(gradients_become_final_while_the_last_shard_is_computed, Fixture) {
  SyncThatWatches watching;
  const auto watched = train::train(network, plan(1), data, 5, {watching});
  BOOST_TEST((watched.weights == train::train(network, plan(1), data, 5, {local}).weights));
}

BOOST_FIXTURE_TEST_CASE(on_gpus_any_number_of_replicas_and_a_stop_give_the_same_too, Fixture) {
  const auto alone = train::train(network, plan(1), data, 5, {local, Device::reference});
  Board board(2, 4);
  std::vector<Training> results(2);
  std::vector<std::thread> threads;
  for (int r = 0; r < 2; ++r)
    threads.emplace_back([&, r] {
      prepare_process();
      ThreadSync sync(board, r, 2);
      results[r] = train::train(network, plan(1), data, 5, {sync, Device::reference});
    });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) BOOST_TEST((result.weights == alone.weights));

  std::vector<std::byte> state;
  TrainingHooks hooks;
  hooks.abandon = [step = 0]() mutable { return step++ == 3; };
  hooks.keep = [&](std::span<const std::byte> kept) { state.assign(kept.begin(), kept.end()); };
  BOOST_CHECK_THROW(train::train(network, plan(1), data, 5, {local, Device::reference}, hooks), Stopped);
  const auto resumed =
      train::train(network, plan(1), data, 5, {local, Device::reference}, {.begin_from = std::move(state)});
  BOOST_TEST((resumed.weights == alone.weights));
}
