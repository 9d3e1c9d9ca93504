#include "mpi/gpu.hpp"

#include "base/error.hpp"
#include "mpi/nccl_double.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace archipel::mpi {
namespace {

/// Every rank is a team of its own, and CUDA's Multi-Process Service does not run.
struct Fixture {
  Communicator world = Communicator::duplicate_of(MPI_COMM_WORLD);
  Communicator alone = world.split(world.rank(), 0);
  std::vector<std::string>& devices = nccl_double::devices();
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("archipel_gpu_test." + std::to_string(::getpid()));

  Fixture() {
    std::filesystem::create_directory(folder);
    ::setenv("CUDA_MPS_PIPE_DIRECTORY", folder.c_str(), 1);
    devices = {"a", "b", "c", "d"};
  }
  ~Fixture() { std::filesystem::remove_all(folder); }

  void start_service() const { std::ofstream(folder / "control"); }
};

auto says(const std::string& text) {
  return [text](const InputError& error) { return std::string(error.what()).find(text) != std::string::npos; };
}

BOOST_FIXTURE_TEST_CASE(each_rank_of_a_node_has_a_device, Fixture) {
  const auto gpu = choose_gpu(world, world);
  BOOST_TEST(gpu.device == world.rank());
  BOOST_TEST(gpu.name == "double");
  const std::string digits = std::to_string(61 + world.rank());   // of the letter, in hexadecimal
  BOOST_TEST(gpu.identity == "GPU-" + digits + "000000-0000-0000-0000-000000000000");
}

BOOST_FIXTURE_TEST_CASE(a_rank_may_see_only_its_own, Fixture) {   // as Slurm's --gpus-per-task does it
  devices = {devices[std::size_t(world.rank())]};
  BOOST_TEST(choose_gpu(world, world).device == 0);
}

BOOST_FIXTURE_TEST_CASE(no_device_is_the_users_matter, Fixture) {
  if (world.rank() == world.size() - 1) devices.clear();   // all throw
  BOOST_CHECK_EXCEPTION(choose_gpu(world, world), InputError, says("numerics.device = \"cpu\""));
}

BOOST_FIXTURE_TEST_CASE(more_ranks_than_devices_are_refused, Fixture) {
  devices.resize(std::size_t(world.size()) - 1);
  if (devices.empty()) return;
  BOOST_CHECK_EXCEPTION(choose_gpu(world, alone), InputError, says("2 of the " + std::to_string(world.size())));
}

BOOST_FIXTURE_TEST_CASE(two_ranks_that_see_the_same_one_are_refused, Fixture) {
  devices = {"same"};
  if (world.size() == 1) BOOST_CHECK_NO_THROW(choose_gpu(world, alone));
  else BOOST_CHECK_EXCEPTION(choose_gpu(world, alone), InputError, says("Multi-Process Service"));
}

BOOST_FIXTURE_TEST_CASE(teams_may_share_one_through_the_service, Fixture) {
  devices = {"same"};
  start_service();
  BOOST_TEST(choose_gpu(world, alone).device == 0);
}

BOOST_FIXTURE_TEST_CASE(replicas_may_not, Fixture) {
  devices = {"same"};
  start_service();
  if (world.size() > 1) BOOST_CHECK_EXCEPTION(choose_gpu(world, world), InputError, says("run.replicas"));
}

}   // namespace
}   // namespace archipel::mpi
