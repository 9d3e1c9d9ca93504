#include "app/time_shares.hpp"

#include "app/process_times.hpp"
#include "mpi/collectives.hpp"

#include <spdlog/spdlog.h>

#include <cstring>

namespace archipel::app {

void print_shares(const TimeShares& mine, const mpi::Communicator& world) {
  const double own[] = {seconds_since_start(), mine.start, mine.evaluations, mine.messages};
  double sums[4] = {};
  const std::string_view bytes(reinterpret_cast<const char*>(own), sizeof own);
  for (const auto& other : mpi::all_gather(world, bytes)) {
    double values[4];
    std::memcpy(values, other.data(), sizeof values);
    for (int i = 0; i < 4; ++i) sums[i] += values[i];
  }
  if (world.rank() > 0) return;
  const auto share = [&](double seconds) { return 100 * seconds / sums[0]; };
  spdlog::info(
      "time of {} rank{}, {:.0f} s each: {:.1f} % evaluations, {:.1f} % messages between replicas, {:.1f} % start, "
      "{:.1f} % waiting, files and the rest",
      world.size(), world.size() == 1 ? "" : "s", sums[0] / world.size(), share(sums[2]), share(sums[3]),
      share(sums[1]), share(sums[0] - sums[1] - sums[2] - sums[3]));
}

}   // namespace archipel::app
