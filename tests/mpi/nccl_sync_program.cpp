#include "base/error.hpp"
#include "mpi/nccl_double.hpp"
#include "mpi/nccl_sync.hpp"
#include "mpi/session.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

// Two steps of a training with the double, of which the second goes wrong on the last rank.
// nccl_sync_program WAY [FUNCTION [CALL]]

namespace archipel::mpi {
namespace {

using namespace std::chrono_literals;

struct Faulty {
  bool here;   // the rank on which something goes wrong
  std::string way;

  bool operator()(std::string_view wanted) const { return here && way == wanted; }
};

void step(train::GradientSync& sync, const Faulty& goes_wrong) {
  std::vector<std::vector<float>> memory(8, std::vector<float>(1000, 1));
  const train::Shards shards(memory.begin(), memory.end());
  const auto buckets = train::buckets_of(900, 1000, 300);
  if (goes_wrong("told")) nccl_double::faults().asynchronous = 6;   // ncclRemoteError
  sync.begin(shards, buckets);
  sync.final_from(600);
  if (goes_wrong("dies")) std::raise(SIGKILL);
  if (goes_wrong("stuck")) std::this_thread::sleep_for(60s);
  if (goes_wrong.way == "throws") nccl_double::faults().never_sends = !goes_wrong.here;   // it must not wait for them
  if (goes_wrong("throws")) throw SystemError("write(results.h5): No space left on device");
  nccl_double::faults().abort_hangs = goes_wrong.way == "abort hangs";
  if (goes_wrong("silent") || goes_wrong("silent and told later") || goes_wrong("abort hangs"))
    nccl_double::faults().never_sends = true;
  std::jthread later;
  if (goes_wrong("silent and told later"))
    later = std::jthread([] {
      std::this_thread::sleep_for(300ms);
      nccl_double::faults().asynchronous = 6;
    });
  sync.final_from(300);
  sync.finish();
  if (shards[0][0] != 8) throw SystemError("a wrong sum");
}

int run(const Session& session, const std::vector<std::string>& arguments) {
  const auto& world = session.world();
  const Faulty goes_wrong{world.rank() == world.size() - 1, arguments.at(0)};
  auto& faults = nccl_double::faults();
  const auto fail_call = [&] {
    faults.function = arguments.at(1);
    faults.call = arguments.size() > 2 ? std::stoi(arguments[2]) : 1;
  };
  faults.never_joins = goes_wrong("never joins");
  if (goes_wrong("first call fails")) fail_call();
  const bool deterministic = arguments.at(0).find("all-reduce") == std::string::npos;
  {
    const auto sync = nccl_sync(world, {.deterministic = deterministic, .deadline = 1000ms});
    std::vector<float> weights(100, float(world.rank()));
    sync->broadcast(weights);
    step(*sync, {false, ""});
    if (goes_wrong("call fails") || goes_wrong("all-reduce fails")) fail_call();
    step(*sync, goes_wrong);
    sync->broadcast(weights);
  }
  if (nccl_double::living() != 0) throw SystemError("something lives on");
  std::puts("all is well");
  return 0;
}

}   // namespace
}   // namespace archipel::mpi

int main(int argc, char** argv) {
  using namespace archipel;
  mpi::Session session(argc, argv);
  try {
    return mpi::run(session, {argv + 1, argv + argc});
  } catch (const std::exception& error) {
    session.abort(error.what());
  }
}
