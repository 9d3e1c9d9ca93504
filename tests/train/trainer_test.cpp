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

}   // namespace

BOOST_FIXTURE_TEST_CASE(equal_trainings_give_equal_bits_and_keys_differ, Fixture) {
  const auto a = train::train(network, plan(2), data, 11, {local}),
             b = train::train(network, plan(2), data, 11, {local});
  BOOST_TEST((a.weights == b.weights));
  BOOST_TEST(a.validation_accuracy == b.validation_accuracy);
  BOOST_TEST((a.weights != train::train(network, plan(2), data, 12, {local}).weights));
}

BOOST_FIXTURE_TEST_CASE(any_number_of_replicas_gives_the_same_weights, Fixture) {
  const auto alone = train::train(network, plan(1), data, 5, {local});
  for (const int replicas : {2, 3, 4}) {
    Board board(replicas, 4);
    std::vector<Training> results(replicas);
    std::vector<std::thread> threads;
    for (int r = 0; r < replicas; ++r)
      threads.emplace_back([&, r] {
        prepare_process();
        ThreadSync sync(board, r, replicas);
        results[r] = train::train(network, plan(1), data, 5, {sync});
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

BOOST_FIXTURE_TEST_CASE(what_runs_on_gpus_learns_the_same, Fixture) {
  for (const std::string optimiser : {"sgd", "adamw"}) {
    auto settings = plan(1);
    settings.settings.optimiser = optimiser;
    settings.settings.clip = 0.5;
    settings.settings.weight_decay = 0.01;
    if (optimiser == "adamw") settings.settings.learning_rate = 0.005;
    const auto ours = train::train(network, settings, data, 5, {local}),
               theirs = train::train(network, settings, data, 5, {local, Device::reference});
    double largest = 0, difference = 0;
    for (const auto part : {&Weights::parameters, &Weights::statistics}) {
      for (std::size_t i = 0; i < (ours.weights.*part).size(); ++i) {
        largest = std::max(largest, double(std::abs((ours.weights.*part)[i])));
        difference = std::max(difference, double(std::abs((ours.weights.*part)[i] - (theirs.weights.*part)[i])));
      }
    }
    BOOST_TEST(difference < 2e-3 * largest, optimiser << ": " << difference << " of " << largest);
    BOOST_TEST(std::abs(ours.curve[0].train_loss - theirs.curve[0].train_loss) < 1e-3);
    BOOST_TEST(std::abs(ours.validation_accuracy - theirs.validation_accuracy) <= 0.02);
  }
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

BOOST_FIXTURE_TEST_CASE(bfloat16_learns_nearly_the_same, Fixture) {
  auto settings = plan(6);
  const auto single = train::train(network, settings, data, 3, {local, Device::reference});
  settings.settings.precision = "bfloat16";
  const auto half = train::train(network, settings, data, 3, {local, Device::reference});
  BOOST_TEST((half.weights != single.weights));
  BOOST_TEST(half.validation_accuracy > single.validation_accuracy - 0.1);
}

BOOST_FIXTURE_TEST_CASE(an_easy_problem_is_learnt_by_both_optimisers, Fixture) {
  for (const std::string optimiser : {"sgd", "adamw"}) {
    auto settings = plan(12);
    settings.settings.optimiser = optimiser;
    if (optimiser == "adamw") settings.settings.learning_rate = 0.02;
    const auto training = train::train(network, settings, data, 3, {local});
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
  BOOST_TEST(train::train(network, plan(4), noise, 3, {local}).validation_accuracy < 0.45);
}

BOOST_FIXTURE_TEST_CASE(divergence_ends_a_training_early, Fixture) {
  auto settings = plan(5);
  settings.settings.learning_rate = 1e30;
  const auto training = train::train(network, settings, data, 3, {local});
  BOOST_TEST(int(training.outcome) == int(Outcome::diverged));
  BOOST_TEST(training.curve.size() < 5u);
  BOOST_TEST(std::isnan(training.validation_accuracy));
}

BOOST_FIXTURE_TEST_CASE(a_last_step_that_leaves_no_numbers_is_divergence, Fixture) {
  auto settings = plan(1);
  settings.subset = settings.settings.batch;   // one step: no later loss can show it
  settings.settings.learning_rate = 1e39;
  const auto training = train::train(network, settings, data, 3, {local});
  BOOST_TEST(std::isfinite(training.curve.at(0).train_loss));
  BOOST_TEST(int(training.outcome) == int(Outcome::diverged));
  BOOST_TEST(std::isnan(training.validation_accuracy));
}

BOOST_FIXTURE_TEST_CASE(validation_every_epoch_changes_no_weights, Fixture) {
  auto settings = plan(2);
  const auto once = train::train(network, settings, data, 3, {local});
  settings.validate_epochs = true;
  const auto each = train::train(network, settings, data, 3, {local});
  BOOST_TEST((once.weights == each.weights));
  BOOST_TEST(std::isfinite(each.curve[0].validation_accuracy));
}

BOOST_FIXTURE_TEST_CASE(stopped_after_any_step_and_begun_from_its_state_it_is_the_same, Fixture) {
  for (const std::string optimiser : {"sgd", "adamw"}) {
    auto settings = plan(2);
    settings.settings.optimiser = optimiser;
    settings.validate_epochs = true;
    const auto whole = train::train(network, settings, data, 3, {local});
    for (int stop = 0; stop < 14; ++stop) {   // 7 steps an epoch
      TrainingHooks hooks;
      hooks.keep = [&](std::span<const std::byte> state) { hooks.begin_from.emplace(state.begin(), state.end()); };
      hooks.abandon = [step = 0, stop]() mutable { return step++ == stop; };
      BOOST_CHECK_THROW(train::train(network, settings, data, 3, {local}, hooks), Stopped);
      BOOST_TEST_REQUIRE(hooks.begin_from.has_value());
      int steps = 0;
      hooks.abandon = [&] { return ++steps < 0; };
      const auto rest = train::train(network, settings, data, 3, {local}, hooks);
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
    BOOST_CHECK_THROW(train::train(spec, settings, data, 3, {local}, hooks), Stopped);
    return kept;
  };
  const auto whole = train::train(network, plan(1), data, 3, {local});
  auto right = state_of(network, "sgd");
  const auto begins_anew = [&](const std::vector<std::byte>& state) {
    int steps = 0;
    const auto training =
        train::train(network, plan(1), data, 3, {local}, {.abandon = [&] { return ++steps < 0; }, .begin_from = state});
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
