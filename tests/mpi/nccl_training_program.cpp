// A training by replicas over the double, in which a call of the last rank fails: nccl_training_program FUNCTION CALL
#include "mpi/nccl_double.hpp"
#include "mpi/nccl_sync.hpp"
#include "mpi/session.hpp"
#include "train/small_training.hpp"

#include <string>

int main(int argc, char** argv) {
  using namespace archipel;
  mpi::Session session(argc, argv);
  const auto& world = session.world();
  try {
    const train::SmallTraining small;
    const auto sync = mpi::nccl_sync(world, {.deadline = std::chrono::seconds(5)});
    auto& faults = nccl_double::faults();
    if (argc > 2 && world.rank() == world.size() - 1) faults.function = argv[1], faults.call = std::stoi(argv[2]);
    train::train(small.network, small.plan(2), small.data, 5, {*sync, train::Device::reference, 4 << 10});
  } catch (const std::exception& error) {
    session.abort(error.what());
  }
}
