#define BOOST_TEST_MODULE plain_loop
#include "train/plain_loop.hpp"

#include "train/synthetic.hpp"
#include "train/trainer.hpp"

#include <boost/test/unit_test.hpp>

using namespace archipel;
using namespace archipel::train;

// The loops that we compare ourselves with train what we train: the same network, weights, samples and steps.
BOOST_AUTO_TEST_CASE(plain_loops_and_trainings_have_the_same_losses) {
  const SyntheticImages images{512, 4, 14, 1};
  const TrainingData data{images.set, 64, 1};
  const auto network = network_of(every_operation(8), 1, 14, 14, data.classes());
  TrainingPlan plan{.settings = {.shards = 1, .batch = 32, .learning_rate = 0.05, .label_smoothing = 0.1}};
  const auto steps = steps_of(plan, std::int64_t(data.training().size())).count;
  LocalSync sync;
  const double loss = train::train(network, plan, data, 1, {.sync = sync}).curve.at(0).train_loss;
  BOOST_TEST(loss < 1.3);   // it learns
  for (const bool channels_last : {false, true}) {
    const auto time = plain_loop(data, channels_last)->train(network, plan.settings, steps, 0);
    BOOST_TEST(time.loss == loss, boost::test_tools::tolerance(0.003));
    BOOST_TEST(time.images == steps * 32);
    BOOST_TEST(time.processor > 0);
  }
}
