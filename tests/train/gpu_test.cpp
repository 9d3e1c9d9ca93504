// Trainings on a real GPU, against the same code in the memory of the CPU.
#include "base/error.hpp"
#include "train/small_training.hpp"

#include <boost/test/unit_test.hpp>

using namespace archipel;
using namespace archipel::train;

namespace {

struct Fixture : SmallTraining {
  TrainingPlan settings = plan(2);
  LocalSync on_gpu = local_sync(Device::cuda);
  Fixture() { prepare_gpu(true); }
  Training trained(const TrainingHooks& hooks = {}) const {
    LocalSync sync = on_gpu;
    return train::train(network, settings, data, 5, {sync, Device::cuda}, hooks);
  }
};

}   // namespace

BOOST_FIXTURE_TEST_CASE(the_canary_is_repeatable, Fixture) {
  BOOST_TEST((canary(Device::cuda) == canary(Device::cuda)));
}

BOOST_FIXTURE_TEST_CASE(a_gpu_learns_what_the_cpu_learns_and_twice_the_same, Fixture) {
  for (const std::string optimiser : {"sgd", "adamw"}) {
    settings.settings.optimiser = optimiser;
    if (optimiser == "adamw") settings.settings.learning_rate = 0.005;
    const auto gpu = trained();
    BOOST_TEST((gpu.weights == trained().weights), optimiser);
    const auto cpu = train::train(network, settings, data, 5, {local, Device::reference});
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
  settings.epochs = 8;
  settings.settings.precision = "bfloat16";
  BOOST_TEST(trained().validation_accuracy > 0.5);
}
