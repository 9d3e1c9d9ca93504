// Trainings on a real GPU, against the same code in the memory of the CPU.
#include "base/error.hpp"
#include "train/numerics.hpp"
#include "train/synthetic.hpp"
#include "train/trainer.hpp"

#include <boost/test/unit_test.hpp>

using namespace archipel;
using namespace archipel::train;

namespace {

struct Fixture {
  SyntheticImages images{700, 4, 12, 1};
  TrainingData data{images.set, 200, 1};
  NetworkSpec network = network_of(every_operation(8), 1, 12, 12, 4);
  TrainingPlan plan{.settings = {.shards = 4, .batch = 64, .learning_rate = 0.05, .dropout = 0.2, .shift = 1},
                    .epochs = 2};
  LocalSync on_gpu = local_sync(Device::cuda), on_cpu;
  Fixture() {
    prepare_process();
    prepare_gpu(true);
  }
  Training trained(const TrainingHooks& hooks = {}) {
    return train::train(network, plan, data, 5, {on_gpu, Device::cuda}, hooks);
  }
};

}   // namespace

BOOST_FIXTURE_TEST_CASE(the_canary_is_repeatable, Fixture) {
  BOOST_TEST((canary(Device::cuda) == canary(Device::cuda)));
}

BOOST_FIXTURE_TEST_CASE(a_gpu_learns_what_the_cpu_learns_and_twice_the_same, Fixture) {
  for (const std::string optimiser : {"sgd", "adamw"}) {
    plan.settings.optimiser = optimiser;
    if (optimiser == "adamw") plan.settings.learning_rate = 0.005;
    const auto gpu = trained();
    BOOST_TEST((gpu.weights == trained().weights), optimiser);
    const auto cpu = train::train(network, plan, data, 5, {on_cpu, Device::reference});
    BOOST_TEST(std::abs(gpu.curve[0].train_loss - cpu.curve[0].train_loss) < 1e-2, optimiser);
    BOOST_TEST(std::abs(gpu.validation_accuracy - cpu.validation_accuracy) <= 0.05, optimiser);
  }
}

BOOST_FIXTURE_TEST_CASE(a_stopped_training_goes_on_to_the_same, Fixture) {
  std::vector<std::byte> state;
  TrainingHooks hooks;
  hooks.abandon = [step = 0]() mutable { return step++ == 9; };
  hooks.keep = [&](std::span<const std::byte> kept) { state.assign(kept.begin(), kept.end()); };
  BOOST_CHECK_THROW(trained(hooks), Stopped);
  BOOST_TEST((trained({.begin_from = std::move(state)}).weights == trained().weights));
}

BOOST_FIXTURE_TEST_CASE(bfloat16_learns, Fixture) {
  plan.epochs = 8;
  plan.settings.precision = "bfloat16";
  BOOST_TEST(trained().validation_accuracy > 0.5);
}
