#include "synthetic.hpp"

#include "base/error.hpp"
#include "train/numerics.hpp"
#include "train/trainer.hpp"

#include <boost/test/unit_test.hpp>

#include <barrier>
#include <cmath>
#include <numeric>
#include <thread>

using namespace archipel;
using namespace archipel::train;

namespace {

struct Fixture {
  SyntheticImages images{700, 4, 12, 1};
  TrainingData data{images.set, 200, 1};
  NetworkSpec network = network_of(every_operation(8), 1, 12, 12, 4);
  LocalSync local;
  Fixture() { prepare_process(); }

  static TrainingPlan plan(std::int64_t epochs) {
    TrainingPlan plan{.settings = {.shards = 4,
                                   .batch = 64,
                                   .learning_rate = 0.05,
                                   .label_smoothing = 0.1,
                                   .dropout = 0.2,
                                   .shift = 1,
                                   .flip = false}};
    plan.epochs = epochs;
    return plan;
  }
};

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
  void combine(std::span<std::vector<float>> shards) override {
    const auto range = mine(int(shards.size()));
    for (int s = range.begin; s < range.end; ++s) board.shards[s] = shards[s];
    board.meeting.arrive_and_wait();
    std::ranges::copy(board.shards, shards.begin());
    board.meeting.arrive_and_wait();
    sum_along_tree(shards);
  }
  std::int64_t sum(std::int64_t mine) override {
    board.numbers[replica] = mine;
    board.meeting.arrive_and_wait();
    const auto sum = std::accumulate(board.numbers.begin(), board.numbers.end(), std::int64_t{0});
    board.meeting.arrive_and_wait();
    return sum;
  }
};

}   // namespace

BOOST_FIXTURE_TEST_CASE(equal_trainings_give_equal_bits_and_keys_differ, Fixture) {
  const auto a = train::train(network, plan(2), data, 11, local), b = train::train(network, plan(2), data, 11, local);
  BOOST_TEST((a.weights == b.weights));
  BOOST_TEST(a.validation_accuracy == b.validation_accuracy);
  BOOST_TEST((a.weights != train::train(network, plan(2), data, 12, local).weights));
}

BOOST_FIXTURE_TEST_CASE(any_number_of_replicas_gives_the_same_weights, Fixture) {
  const auto alone = train::train(network, plan(1), data, 5, local);
  for (const int replicas : {2, 3, 4}) {
    Board board(replicas, 4);
    std::vector<Training> results(replicas);
    std::vector<std::thread> threads;
    for (int r = 0; r < replicas; ++r)
      threads.emplace_back([&, r] {
        prepare_process();
        ThreadSync sync(board, r, replicas);
        results[r] = train::train(network, plan(1), data, 5, sync);
      });
    for (auto& thread : threads) thread.join();
    for (const auto& result : results) BOOST_TEST((result.weights == alone.weights), replicas << " replicas");
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
      BOOST_CHECK_THROW(train::train(network, plan(1), data, 5, sync, hooks), Stopped);
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(!states[0].empty());
  BOOST_TEST((states[0] == states[1]));
}

/// Another replica tells in its shards that it failed.
struct SyncWithBadNews : LocalSync {
  std::size_t place;
  explicit SyncWithBadNews(std::size_t where) : place(where) {}
  void combine(std::span<std::vector<float>> shards) override {
    LocalSync::combine(shards);
    shards[0][place] += 1;
  }
};

BOOST_FIXTURE_TEST_CASE(what_another_replica_meets_ends_a_training_here_too, Fixture) {
  const auto layout = Model(network).layout();
  SyncWithBadNews failed(layout.failed), lacked_memory(layout.lacked_memory), stopped(layout.stopped);
  BOOST_CHECK_THROW(train::train(network, plan(1), data, 5, failed), std::runtime_error);
  BOOST_CHECK_THROW(train::train(network, plan(1), data, 5, lacked_memory), std::bad_alloc);
  BOOST_CHECK_THROW(train::train(network, plan(1), data, 5, stopped), Stopped);
}

BOOST_FIXTURE_TEST_CASE(an_easy_problem_is_learnt_by_both_optimisers, Fixture) {
  for (const std::string optimiser : {"sgd", "adamw"}) {
    auto settings = plan(12);
    settings.settings.optimiser = optimiser;
    if (optimiser == "adamw") settings.settings.learning_rate = 0.02;
    const auto training = train::train(network, settings, data, 3, local);
    BOOST_TEST(int(training.outcome) == int(Outcome::ok));
    BOOST_TEST(training.validation_accuracy > 0.8, optimiser << " " << training.validation_accuracy);   // chance: 0.25
    BOOST_TEST(training.curve.size() == 12u);
    BOOST_TEST(training.curve.back().train_loss < training.curve.front().train_loss);
    BOOST_TEST(std::isnan(training.curve[0].validation_accuracy));
    BOOST_TEST(training.curve.back().validation_accuracy == training.validation_accuracy);
  }
}

BOOST_FIXTURE_TEST_CASE(labels_without_meaning_are_not_learnt, Fixture) {
  SyntheticImages shuffled(700, 4, 12, 1);
  Stream draws(4, Purpose::canary, 0, 0, 0);
  draws.shuffle(std::span(shuffled.labels));
  const TrainingData noise(shuffled.set, 200, 1);
  BOOST_TEST(train::train(network, plan(4), noise, 3, local).validation_accuracy < 0.45);
}

BOOST_FIXTURE_TEST_CASE(divergence_ends_a_training_early, Fixture) {
  auto settings = plan(5);
  settings.settings.learning_rate = 1e30;
  const auto training = train::train(network, settings, data, 3, local);
  BOOST_TEST(int(training.outcome) == int(Outcome::diverged));
  BOOST_TEST(training.curve.size() < 5u);
  BOOST_TEST(std::isnan(training.validation_accuracy));
}

BOOST_FIXTURE_TEST_CASE(a_last_step_that_leaves_no_numbers_is_divergence, Fixture) {
  auto settings = plan(1);
  settings.subset = settings.settings.batch;   // one step: no later loss can show it
  settings.settings.learning_rate = 1e39;
  const auto training = train::train(network, settings, data, 3, local);
  BOOST_TEST(std::isfinite(training.curve.at(0).train_loss));
  BOOST_TEST(int(training.outcome) == int(Outcome::diverged));
  BOOST_TEST(std::isnan(training.validation_accuracy));
}

BOOST_FIXTURE_TEST_CASE(validation_every_epoch_changes_no_weights, Fixture) {
  auto settings = plan(2);
  const auto once = train::train(network, settings, data, 3, local);
  settings.validate_epochs = true;
  const auto each = train::train(network, settings, data, 3, local);
  BOOST_TEST((once.weights == each.weights));
  BOOST_TEST(std::isfinite(each.curve[0].validation_accuracy));
}

BOOST_FIXTURE_TEST_CASE(stopped_after_any_step_and_begun_from_its_state_it_is_the_same, Fixture) {
  for (const std::string optimiser : {"sgd", "adamw"}) {
    auto settings = plan(2);
    settings.settings.optimiser = optimiser;
    settings.validate_epochs = true;
    const auto whole = train::train(network, settings, data, 3, local);
    for (int stop = 0; stop < 14; ++stop) {   // 7 steps an epoch
      TrainingHooks hooks;
      hooks.keep = [&](std::span<const std::byte> state) { hooks.begin_from.emplace(state.begin(), state.end()); };
      hooks.abandon = [step = 0, stop]() mutable { return step++ == stop; };
      BOOST_CHECK_THROW(train::train(network, settings, data, 3, local, hooks), Stopped);
      BOOST_TEST_REQUIRE(hooks.begin_from.has_value());
      int steps = 0;
      hooks.abandon = [&] { return ++steps < 0; };
      const auto rest = train::train(network, settings, data, 3, local, hooks);
      BOOST_TEST(steps == 14 - stop);
      BOOST_TEST((rest.weights == whole.weights), optimiser << " stopped after " << stop);
      BOOST_TEST_REQUIRE(rest.curve.size() == 2u);
      for (int epoch : {0, 1}) {
        BOOST_TEST(rest.curve[epoch].train_loss == whole.curve[epoch].train_loss);
        BOOST_TEST(rest.curve[epoch].validation_accuracy == whole.curve[epoch].validation_accuracy);
        BOOST_TEST(rest.curve[epoch].learning_rate == whole.curve[epoch].learning_rate);
      }
    }
  }
}

BOOST_FIXTURE_TEST_CASE(the_state_of_another_network_or_optimiser_is_ignored, Fixture) {
  const auto state_of = [&](const NetworkSpec& spec, const std::string& optimiser) {
    auto settings = plan(1);
    settings.settings.optimiser = optimiser;
    std::vector<std::byte> kept;
    int steps = 0;
    TrainingHooks hooks{.abandon = [&] { return steps++ == 3; },
                        .keep = [&](std::span<const std::byte> state) { kept.assign(state.begin(), state.end()); }};
    BOOST_CHECK_THROW(train::train(spec, settings, data, 3, local, hooks), Stopped);
    return kept;
  };
  const auto whole = train::train(network, plan(1), data, 3, local);
  auto right = state_of(network, "sgd");
  const auto begins_anew = [&](const std::vector<std::byte>& state) {
    int steps = 0;
    const auto training =
        train::train(network, plan(1), data, 3, local, {.abandon = [&] { return ++steps < 0; }, .begin_from = state});
    BOOST_TEST((training.weights == whole.weights));
    return steps == 7;
  };
  BOOST_TEST(!begins_anew(right));
  BOOST_TEST(begins_anew(state_of(network, "adamw")));
  BOOST_TEST(begins_anew(state_of(network_of(every_operation(12), 1, 12, 12, 4), "sgd")));
  BOOST_TEST(begins_anew({}));
  right.push_back(std::byte(0));
  BOOST_TEST(begins_anew(right));
}

BOOST_AUTO_TEST_CASE(partial_batches_are_dropped) {
  TrainingPlan plan{.settings = {.shards = 4, .batch = 64}};
  BOOST_TEST(steps_of(plan, 200).count == 3);
  BOOST_TEST(steps_of(plan, 200).batch == 64);
  BOOST_TEST(steps_of(plan, 50).count == 1);
  BOOST_TEST(steps_of(plan, 50).batch == 48);
  BOOST_CHECK_THROW(steps_of(plan, 3), InputError);
}
