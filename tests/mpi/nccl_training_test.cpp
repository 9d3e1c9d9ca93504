// A training by the code that runs on GPUs, its replicas joined by the code that calls NCCL: both in the memory of the CPU.
#include "base/error.hpp"
#include "mpi/gpu.hpp"
#include "mpi/nccl_sync.hpp"
#include "train/small_training.hpp"

#include <boost/test/unit_test.hpp>

namespace archipel::mpi {
namespace {

using namespace train;

BOOST_FIXTURE_TEST_CASE(replicas_train_the_same_weights_as_one, SmallTraining) {
  const auto world = Communicator::duplicate_of(MPI_COMM_WORLD);
  const auto settings = plan(1);
  const auto alone = train::train(network, settings, data, 5, {local, Device::reference});
  choose_gpu(world, world);
  for (const std::size_t bucket : {std::size_t(1) << 20, std::size_t(8) << 10}) {
    const auto sync = nccl_sync(world, {.deterministic = true, .deadline = std::chrono::seconds(60)});
    const auto team = train::train(network, settings, data, 5, {*sync, Device::reference, bucket});
    BOOST_TEST((team.weights == alone.weights), "buckets of " << bucket << " bytes");
    BOOST_TEST(team.validation_accuracy == alone.validation_accuracy);
  }
  const auto sync = nccl_sync(world, {.deterministic = false, .deadline = std::chrono::seconds(60)});
  const auto reduced = train::train(network, settings, data, 5, {*sync, Device::reference});
  double difference = 0;
  for (std::size_t i = 0; i < alone.weights.parameters.size(); ++i)
    difference = std::max(difference, double(std::abs(reduced.weights.parameters[i] - alone.weights.parameters[i])));
  BOOST_TEST(difference < 1e-3);   // another order of sums
}

BOOST_FIXTURE_TEST_CASE(a_stop_of_one_replica_stops_all_and_goes_on_to_the_same, SmallTraining) {
  const auto world = Communicator::duplicate_of(MPI_COMM_WORLD);
  const auto settings = plan(1);
  const auto alone = train::train(network, settings, data, 5, {local, Device::reference});
  choose_gpu(world, world);
  const auto sync = nccl_sync(world, {.deadline = std::chrono::seconds(60)});
  std::vector<std::byte> state;
  TrainingHooks hooks;
  if (world.rank() == world.size() - 1) hooks.abandon = [step = 0]() mutable { return step++ == 2; };
  hooks.keep = [&](std::span<const std::byte> kept) { state.assign(kept.begin(), kept.end()); };
  BOOST_CHECK_THROW(train::train(network, settings, data, 5, {*sync, Device::reference}, hooks), Stopped);
  const auto resumed =
      train::train(network, settings, data, 5, {*sync, Device::reference}, {.begin_from = std::move(state)});
  BOOST_TEST((resumed.weights == alone.weights));
}

}   // namespace
}   // namespace archipel::mpi
