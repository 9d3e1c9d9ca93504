#include "synthetic.hpp"

#include "base/error.hpp"
#include "train/convolution.hpp"
#include "train/numerics.hpp"
#include "train/train_evaluator.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace archipel;
using namespace archipel::train;

namespace {

struct Fixture {
  SyntheticImages images{600, 4, 12, 1}, test{100, 4, 12, 2};
  TrainingData data{images.set, 150, 1};
  Study study;
  LocalSync sync;
  MemoryArtefacts artefacts;
  Space space = (study.space.nodes = 3, study.space.edges = 7, study.space.stages = 2, study.space.widths = {4, 8},
                 make_space(study));
  Fixture() { prepare_process(); }

  TrainEvaluator evaluator(LimitSettings limits = {}, FidelitySettings fidelity = {.epochs = 1}) {
    return TrainEvaluator({.space = space,
                           .data = data,
                           .training = {.batch = 64},
                           .limits = limits,
                           .fidelity = fidelity,
                           .on = {sync},
                           .artefacts = &artefacts});
  }
  Genome genome(std::uint32_t i) const {
    Stream draws(1, Purpose::ask, 0, 0, i);
    return space.random(draws);
  }
};

}   // namespace

BOOST_FIXTURE_TEST_CASE(an_evaluation_is_a_function_of_its_key, Fixture) {
  auto a = evaluator(), b = evaluator();
  const auto g = genome(1);
  const auto first = a.evaluate(g, a.key(g)), cached = a.evaluate(g, a.key(g)), again = b.evaluate(g, b.key(g));
  BOOST_TEST(int(first.outcome) == int(Outcome::ok));
  BOOST_TEST((first.objectives == cached.objectives));
  BOOST_TEST((first.objectives == again.objectives));
  BOOST_TEST((first.weights == again.weights));
  BOOST_TEST(bool(first.weights));
  BOOST_TEST(first.curve.size() == 1u);
  BOOST_TEST(first.objectives.size() == a.objectives().size());
  BOOST_TEST(first.objectives[1] == double(a.network(g).parameters));
  BOOST_TEST(a.cost(g) == 448 * training_flops_of(a.network(g)) + 150 * 2 * macs_of(a.network(g)));
}

BOOST_FIXTURE_TEST_CASE(bfloat16_is_refused_where_convolutions_would_only_imitate_it, Fixture) {
  const TrainEvaluator::Setup setup{.space = space,
                                    .data = data,
                                    .training = {.batch = 64, .precision = "bfloat16"},
                                    .fidelity = {.epochs = 1},
                                    .on = {sync}};
  const auto g = genome(1);
  if (multiplies_bfloat16()) BOOST_TEST((TrainEvaluator(setup).key(g) != evaluator().key(g)));
  else BOOST_CHECK_THROW(TrainEvaluator{setup}, InputError);
}

BOOST_FIXTURE_TEST_CASE(keys_tell_everything_apart_that_changes_results, Fixture) {
  const auto g = genome(1);
  std::vector<Digest> keys{evaluator().key(g), evaluator().key(genome(2)), evaluator({}, {.epochs = 2}).key(g),
                           evaluator({}, {.epochs = 1, .subset = 200}).key(g),
                           evaluator({}, {.epochs = 1, .replicate = 1}).key(g)};
  const TrainingData other(images.set, 150, 2);
  keys.push_back(
      TrainEvaluator(
          {.space = space, .data = other, .training = {.batch = 64}, .fidelity = {.epochs = 1}, .on = {sync}})
          .key(g));
  keys.push_back(TrainEvaluator({.space = space,
                                 .data = data,
                                 .training = {.batch = 64, .flip = true},
                                 .fidelity = {.epochs = 1},
                                 .on = {sync}})
                     .key(g));
  std::ranges::sort(keys);
  BOOST_TEST((std::ranges::adjacent_find(keys) == keys.end()));
  BOOST_TEST((evaluator({.memory = 1}).key(g) == evaluator().key(g)));
}

BOOST_FIXTURE_TEST_CASE(a_window_changes_keys_where_samples_do_not_fit_and_must_hold_two_batches, Fixture) {
  const auto with = [&](std::int64_t window, std::int64_t subset = 0) {
    return TrainEvaluator({.space = space,
                           .data = data,
                           .training = {.batch = 64},
                           .fidelity = {.epochs = 1, .subset = subset},
                           .window = window,
                           .on = {sync}});
  };
  const auto g = genome(1);
  constexpr std::int64_t image = 144;
  BOOST_TEST((with(450 * image).key(g) == with(0).key(g)));
  BOOST_TEST((with(450 * image - 1).key(g) != with(0).key(g)));
  BOOST_TEST((with(300 * image).key(g) != with(200 * image).key(g)));
  BOOST_TEST((with(200 * image, 200).key(g) == with(0, 200).key(g)));
  BOOST_CHECK_NO_THROW(with(128 * image));
  BOOST_CHECK_EXCEPTION(with(128 * image - 1), InputError, [](const InputError& error) {
    return std::string(error.what()) ==
           "data.window = 0: must be at least 1, for two batches of 64 images of 144 bytes, or 0";
  });
}

BOOST_FIXTURE_TEST_CASE(limits_refuse_without_training, Fixture) {
  const auto g = genome(1);
  auto small = evaluator({.memory = 0.01}), cheap = evaluator({.cost = 10}), narrow = evaluator({.parameters = 500}),
       light = evaluator({.macs = 20'000});
  const auto large = small.evaluate(g, small.key(g)), costly = cheap.evaluate(g, cheap.key(g));
  BOOST_TEST(int(large.outcome) == int(Outcome::too_large));
  BOOST_TEST(int(costly.outcome) == int(Outcome::too_costly));
  BOOST_TEST(std::isnan(large.objectives[0]));
  BOOST_TEST(large.objectives[1] > 0);
  BOOST_TEST(small.cost(g) == 1u);
  BOOST_TEST(cheap.cost(g) == 1u);
  BOOST_TEST(artefacts.contents.empty());
  int admitted = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    BOOST_TEST(light.admits(genome(i)) == (macs_of(light.network(genome(i))) <= 20'000));
    BOOST_TEST(narrow.admits(genome(i)) == (narrow.network(genome(i)).parameters <= 500));
    admitted += narrow.admits(genome(i));
  }
  BOOST_TEST((admitted > 0 && admitted < 100));
}

BOOST_FIXTURE_TEST_CASE(kept_weights_answer_on_the_test_set, Fixture) {
  auto e = evaluator({}, {.epochs = 8});
  const auto g = genome(1);
  const auto evaluation = e.evaluate(g, e.key(g));
  const auto bytes = artefacts.get(evaluation.weights);
  BOOST_TEST(std::abs(e.test_accuracy(g, bytes, test.set) - evaluation.objectives[0]) < 0.2);
  // On the validation images themselves the accuracy is exactly the recorded one.
  SyntheticImages held(150, 4, 12, 3);
  std::size_t next = 0;
  for (const auto i : data.validation()) {
    std::copy_n(images.pixels.begin() + i * 144, 144, held.pixels.begin() + std::ptrdiff_t(next * 144));
    held.labels[next++] = images.labels[i];
  }
  BOOST_TEST(e.test_accuracy(g, bytes, held.set) == evaluation.objectives[0]);
  BOOST_CHECK_THROW(e.test_accuracy(g, std::span(bytes).first(bytes.size() - 4), test.set), SystemError);
  const SyntheticImages large(10, 4, 14, 1);
  BOOST_CHECK_THROW(e.test_accuracy(g, bytes, large.set), InputError);
}

BOOST_FIXTURE_TEST_CASE(an_abandoned_evaluation_goes_on_where_it_was, Fixture) {
  MemoryCheckpoints checkpoints;
  const auto with_checkpoints = [&](double interval) {
    return TrainEvaluator({.space = space,
                           .data = data,
                           .training = {.batch = 64},
                           .fidelity = {.epochs = 4},
                           .on = {sync},
                           .artefacts = &artefacts,
                           .checkpoints = &checkpoints,
                           .checkpoint_interval = interval});
  };
  const auto g = genome(1);
  auto alone = evaluator({}, {.epochs = 4});
  const auto key = alone.key(g);
  const auto whole = alone.evaluate(g, key);
  BOOST_TEST(!alone.goes_on());

  int steps = 0, kept = 0, starts = 0;
  std::optional<Evaluation> done;
  while (!done && starts < 20) {   // each start makes five steps
    auto e = with_checkpoints(1e9);
    BOOST_TEST(e.goes_on());
    int mine = 0;
    e.abandon = [&] { return mine++ == 5; };
    e.kept = [&] { ++kept; };
    ++starts;
    try {
      done = e.evaluate(g, key);
    } catch (const Stopped&) {
      steps += mine - 1;
    }
  }
  BOOST_TEST_REQUIRE(done.has_value());
  BOOST_TEST(starts == 6);   // 28 steps
  BOOST_TEST(kept == 5);
  BOOST_TEST(steps == 25);
  BOOST_TEST((done->objectives == whole.objectives && done->weights == whole.weights));
  BOOST_TEST_REQUIRE(done->curve.size() == whole.curve.size());
  for (std::size_t i = 0; i < whole.curve.size(); ++i)
    BOOST_TEST(done->curve[i].train_loss == whole.curve[i].train_loss);

  checkpoints.states.clear();
  kept = 0;
  auto often = with_checkpoints(0);
  often.kept = [&] { ++kept; };
  BOOST_TEST((often.evaluate(g, key).weights == whole.weights));
  BOOST_TEST(kept == 28);
  checkpoints.states[key].resize(100);   // no state at all: begins anew
  BOOST_TEST((with_checkpoints(1e9).evaluate(g, key).weights == whole.weights));
}

BOOST_FIXTURE_TEST_CASE(scores_stand_in_for_a_training_or_beside_it, Fixture) {
  const std::vector<std::string> names{"synflow", "jacob_cov"};
  auto scoring = evaluator({}, {.epochs = 0, .scores = names}), both = evaluator({}, {.epochs = 1, .scores = names});
  const auto name_of = [](const TrainEvaluator& e) {
    std::vector<std::string> found;
    for (const auto& objective : e.objectives()) found.push_back(objective.name);
    return found;
  };
  BOOST_TEST(
      (name_of(scoring) == std::vector<std::string>{"synflow", "jacob_cov", "parameters", "macs", "complexity"}));
  BOOST_TEST((name_of(both) == std::vector<std::string>{"validation_accuracy", "parameters", "macs", "complexity",
                                                        "synflow", "jacob_cov"}));
  BOOST_TEST(scoring.curve_points() == 0);
  const auto g = genome(1);
  const auto scored = scoring.evaluate(g, scoring.key(g)), again = scoring.evaluate(g, scoring.key(g)),
             trained = both.evaluate(g, both.key(g));
  BOOST_TEST((scored.objectives == again.objectives));
  BOOST_TEST(!scored.weights);
  BOOST_TEST(bool(trained.weights));
  for (const double value : trained.objectives) BOOST_TEST(std::isfinite(value));
  BOOST_TEST(scored.objectives[2] == trained.objectives[1]);
  BOOST_TEST(scoring.cost(g) == 4 * macs_of(scoring.network(g)) + 64 * training_flops_of(scoring.network(g)));
  BOOST_TEST(both.cost(g) == scoring.cost(g) + evaluator().cost(g));
  BOOST_TEST((scoring.key(g) != evaluator({}, {.epochs = 0, .scores = {"synflow"}}).key(g)));
}

BOOST_FIXTURE_TEST_CASE(latency_is_an_objective_where_there_is_a_calibration, Fixture) {
  TrainEvaluator::Setup setup{.space = space,
                              .data = data,
                              .training = {.batch = 64},
                              .latency = {.batch = 1, .operations = {{"stem", 1, 0, 0}}},
                              .fidelity = {.epochs = 1},
                              .on = {sync}};
  BOOST_CHECK_THROW(TrainEvaluator{setup}, InputError);
  for (const char* name :
       {"conv1x1", "conv3x3", "conv5x5", "depthwise3x3", "depthwise5x5", "maxpool", "avgpool", "sum", "classifier"})
    setup.latency.operations.push_back({name, 2, 0, 0});
  TrainEvaluator e(setup);
  BOOST_TEST(e.objectives().back().name == "latency");
  BOOST_TEST(!e.objectives().back().maximise);
  const auto g = genome(1);
  BOOST_TEST(e.evaluate(g, e.key(g)).objectives.back() == LatencyModel(setup.latency).microseconds(e.network(g)));
  BOOST_TEST((e.key(g) == evaluator().key(g)));
}

BOOST_FIXTURE_TEST_CASE(a_task_is_an_objective_that_changes_nothing_else, Fixture) {
  const SyntheticImages other(500, 6, 16, 7, 3);
  const TrainingData more(other.set, 120, 1);
  MemoryCheckpoints checkpoints;
  const TrainEvaluator::Setup setup{.space = space,
                                    .data = data,
                                    .tasks = {{"bars", &more}},
                                    .training = {.batch = 64},
                                    .fidelity = {.epochs = 6},
                                    .on = {sync},
                                    .artefacts = &artefacts,
                                    .checkpoints = &checkpoints,
                                    .checkpoint_interval = 0};
  TrainEvaluator both(setup);
  BOOST_TEST(both.objectives()[4].name == "bars_accuracy");
  auto alone = evaluator({}, {.epochs = 6});
  const auto g = genome(1);
  const auto key = alone.key(g);   // its seed: the same training on `data`
  BOOST_TEST((both.key(g) != key));
  const auto one = alone.evaluate(g, key), two = both.evaluate(g, key);
  BOOST_TEST(two.objectives[0] == one.objectives[0]);
  BOOST_TEST((two.weights == one.weights));
  BOOST_TEST(two.objectives[4] > 0.5);   // chance: 1 / 6
  BOOST_TEST(both.cost(g) > alone.cost(g));
  BOOST_TEST(checkpoints.states.size() == 1u);   // that of `data`, which goes with the row

  int steps = 0;
  TrainEvaluator again(setup);
  again.abandon = [&] { return ++steps == 60; };   // in the task: `data` has 42 steps
  checkpoints.states.clear();
  BOOST_CHECK_THROW(again.evaluate(g, key), Stopped);
  BOOST_TEST(checkpoints.states.size() == 2u);
  again.abandon = {};
  BOOST_TEST((again.evaluate(g, key).objectives == two.objectives));
}

BOOST_FIXTURE_TEST_CASE(impossible_setups_are_the_users_mistake, Fixture) {
  BOOST_CHECK_THROW(evaluator({}, {.epochs = 0}), InputError);
  BOOST_CHECK_THROW(evaluator({}, {.epochs = 1, .subset = 451}), InputError);
  BOOST_CHECK_THROW(evaluator({}, {.epochs = 1, .subset = 2}), InputError);
  study.space.stages = 9;
  const Space deep = make_space(study);
  BOOST_CHECK_THROW(TrainEvaluator({.space = deep, .data = data, .fidelity = {.epochs = 1}, .on = {sync}}), InputError);
  const Space flat({});
  BOOST_CHECK_THROW(TrainEvaluator({.space = flat, .data = data, .fidelity = {.epochs = 1}, .on = {sync}}), InputError);
}
