#include "if_bfloat16.hpp"
#include "small_training.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace archipel;
using namespace archipel::train;

namespace {
using Fixture = SmallTraining;

void check_bfloat16(const Fixture& of, Device device) {
  LocalSync local;
  auto settings = Fixture::plan(6);
  const auto single = train::train(of.network, settings, of.data, 3, {local, device});
  settings.settings.precision = "bfloat16";
  const auto half = train::train(of.network, settings, of.data, 3, {local, device});
  BOOST_TEST((half.weights != single.weights));
  BOOST_TEST(half.validation_accuracy > single.validation_accuracy - 0.1);
}

/// A training that is stopped after some step, and goes on from its state, ends with the same bits.
void check_stops(const Fixture& of, const TrainingSettings& training) {
  LocalSync local;
  auto settings = Fixture::plan(2);
  settings.settings = training;
  settings.validate_epochs = true;
  const auto whole = train::train(of.network, settings, of.data, 3, {local});
  for (int stop = 0; stop < 14; ++stop) {   // 7 steps an epoch
    TrainingHooks hooks;
    hooks.keep = [&](std::span<const std::byte> state) { hooks.begin_from.emplace(state.begin(), state.end()); };
    hooks.abandon = [step = 0, stop]() mutable { return step++ == stop; };
    BOOST_CHECK_THROW(train::train(of.network, settings, of.data, 3, {local}, hooks), Stopped);
    BOOST_TEST_REQUIRE(hooks.begin_from.has_value());
    int steps = 0;
    hooks.abandon = [&] { return ++steps < 0; };
    const auto rest = train::train(of.network, settings, of.data, 3, {local}, hooks);
    BOOST_TEST(steps == 14 - stop);
    BOOST_TEST((rest.weights == whole.weights), training.optimiser << " stopped after " << stop);
    BOOST_TEST_REQUIRE(rest.curve.size() == 2u);
    for (int epoch : {0, 1}) {
      BOOST_TEST(rest.curve[epoch].train_loss == whole.curve[epoch].train_loss);
      BOOST_TEST(rest.curve[epoch].validation_accuracy == whole.curve[epoch].validation_accuracy);
      BOOST_TEST(rest.curve[epoch].learning_rate == whole.curve[epoch].learning_rate);
    }
  }
}

}   // namespace

BOOST_FIXTURE_TEST_CASE(equal_trainings_give_equal_bits_and_keys_differ, Fixture) {
  const auto a = train::train(network, plan(2), data, 11, {local}),
             b = train::train(network, plan(2), data, 11, {local});
  BOOST_TEST((a.weights == b.weights));
  BOOST_TEST(a.validation_accuracy == b.validation_accuracy);
  BOOST_TEST((a.weights != train::train(network, plan(2), data, 12, {local}).weights));
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

BOOST_FIXTURE_TEST_CASE(bfloat16_learns_nearly_the_same, Fixture, *if_bfloat16) { check_bfloat16(*this, Device::cpu); }

BOOST_FIXTURE_TEST_CASE(what_runs_on_gpus_learns_nearly_the_same_in_bfloat16, Fixture) {
  check_bfloat16(*this, Device::reference);
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
    auto settings = plan(2).settings;
    settings.optimiser = optimiser;
    check_stops(*this, settings);
  }
}

BOOST_FIXTURE_TEST_CASE(likewise_in_bfloat16, Fixture, *if_bfloat16) {
  auto settings = plan(2).settings;
  settings.precision = "bfloat16";
  check_stops(*this, settings);
}

BOOST_FIXTURE_TEST_CASE(images_read_in_windows_give_the_bits_of_images_in_memory, Fixture) {
  const TrainingData streamed(images.streamed(), 200, 1);
  auto settings = plan(3);
  settings.validate_epochs = true;
  const auto whole = train::train(network, settings, data, 3, {local});
  const auto check = [](const Training& a, const Training& b) {
    BOOST_TEST((a.weights == b.weights));
    for (std::size_t epoch = 0; epoch < 3; ++epoch) {
      BOOST_TEST(a.curve[epoch].train_loss == b.curve[epoch].train_loss);
      BOOST_TEST(a.curve[epoch].validation_accuracy == b.curve[epoch].validation_accuracy);
    }
  };
  check(train::train(network, settings, streamed, 3, {local}), whole);
  settings.window = 4 * 64 * 144;   // two steps and two that are read ahead, of seven
  const auto windowed = train::train(network, settings, data, 3, {local});
  BOOST_TEST((windowed.weights != whole.weights));
  check(train::train(network, settings, streamed, 3, {local}), windowed);

  for (const int stop : {1, 9, 13, 14}) {   // in the middle of a window and at the ends of windows and epochs
    TrainingHooks hooks;
    hooks.keep = [&](std::span<const std::byte> state) { hooks.begin_from.emplace(state.begin(), state.end()); };
    hooks.abandon = [step = 0, stop]() mutable { return step++ == stop; };
    BOOST_CHECK_THROW(train::train(network, settings, streamed, 3, {local}, hooks), Stopped);
    hooks.abandon = {};
    check(train::train(network, settings, streamed, 3, {local}, hooks), windowed);
  }
}

BOOST_FIXTURE_TEST_CASE(images_that_cannot_be_read_end_the_job, Fixture) {
  auto failing = images.streamed();
  failing.read = [read = failing.read, calls = 0](auto positions, auto pixels) mutable {
    if (++calls == 6) throw SystemError("the disk is gone");
    read(positions, pixels);
  };
  const TrainingData streamed(failing, 200, 1);   // the first call
  auto settings = plan(3);
  settings.window = 4 * 64 * 144;
  BOOST_CHECK_THROW(train::train(network, settings, streamed, 3, {local}), SystemError);
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
