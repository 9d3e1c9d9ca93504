// What the messages of two replicas cost, and what they hide behind the backward pass:
//   mpirun -n 2 replicas_bench [WIDTH [DELAY_US [ROUNDS]]]
// 1. A step (from the first shard to the sum of all) of one network: without any exchange, with the fixed tree, with a plain
//    MPI_Allreduce behind the backward pass. Medians over the steps of ROUNDS trainings each, which take turns. With the tree, the mean
//    wait for the sum, and how much of it is because the other replica computed longer: that no exchange can spare.
// 2. With every message held back DELAY_US on its link: a step with and without overlap, and the share of what the last shard's
//    backward pass could hide that is hidden.

#include "base/cpu.hpp"
#include "mpi/error.hpp"
#include "mpi/gradient_sync.hpp"
#include "mpi/session.hpp"
#include "train/numerics.hpp"
#include "train/synthetic.hpp"
#include "train/trainer.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace archipel;
using namespace archipel::train;
using mpi::MpiGradientSync;

namespace {

using Time = std::chrono::steady_clock;
double ms_since(Time::time_point start) {
  return std::chrono::duration<double, std::milli>(Time::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + std::ptrdiff_t(values.size() / 2));
  return values[values.size() / 2];
}

void add_own(const Shards& shards, ShardRange mine) {
  for (int s = mine.begin + 1; s < mine.end; ++s) add_values(shards[std::size_t(mine.begin)], shards[std::size_t(s)]);
}

/// Notes how long steps take.
template <class Sync>
struct Timed : Sync {
  using Sync::Sync;
  Time::time_point start = {};
  std::vector<double> ms, computing;
  void begin(const Shards& shards, std::span<const Bucket> in) override {
    start = Time::now();
    Sync::begin(shards, in);
  }
  void finish() override {
    computing.push_back(ms_since(start));
    Sync::finish();
    ms.push_back(ms_since(start));
  }
};

struct Wait {
  double ms = 0, for_the_slower = 0;   // means over steps and replicas
};

Wait wait_of(const std::vector<double>& steps, const std::vector<double>& computing, MPI_Comm comm) {
  int rank = 0;
  MPI_Comm_rank(comm, &rank);
  std::vector<double> others(computing.size());
  const int count = int(computing.size());
  mpi::check(MPI_Sendrecv(computing.data(), count, MPI_DOUBLE, 1 - rank, 0, others.data(), count, MPI_DOUBLE, 1 - rank,
                          0, comm, MPI_STATUS_IGNORE),
             "MPI_Sendrecv");
  Wait sum;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    sum.ms += (steps[i] - computing[i]) / double(steps.size());
    sum.for_the_slower += std::max(0.0, others[i] - computing[i]) / double(steps.size());
  }
  std::array both = {sum.ms / 2, sum.for_the_slower / 2};
  mpi::check(MPI_Allreduce(MPI_IN_PLACE, both.data(), 2, MPI_DOUBLE, MPI_SUM, comm), "MPI_Allreduce");
  return {both[0], both[1]};
}

/// Each replica's own shards, added; nothing is exchanged, so the weights drift apart.
struct NoExchange : MpiGradientSync {
  using MpiGradientSync::MpiGradientSync;
  const Shards* all = nullptr;
  void begin(const Shards& shards, std::span<const Bucket>) override { all = &shards; }
  void final_from(std::size_t) override {}
  void finish() override {
    const auto range = mine(int(all->size()));
    add_own(*all, range);
    std::ranges::copy((*all)[std::size_t(range.begin)], (*all)[0].begin());
  }
};

/// What a data-parallel loop does at its simplest.
struct Allreduce : NoExchange {
  Allreduce(const mpi::Communicator& ranks) : NoExchange(ranks), comm(ranks.duplicate()) {}
  mpi::Communicator comm;
  void finish() override {
    NoExchange::finish();
    auto sum = (*all)[0];
    mpi::check(MPI_Allreduce(MPI_IN_PLACE, sum.data(), int(sum.size()), MPI_FLOAT, MPI_SUM, comm.handle()),
               "MPI_Allreduce");
  }
};

/// Notes when buckets become final; with overlap or without.
struct Watched : MpiGradientSync {
  Watched(const mpi::Communicator& ranks, std::chrono::microseconds held_back, bool with_overlap)
      : MpiGradientSync(ranks, held_back), overlap(with_overlap) {}
  bool overlap;
  std::size_t started = 0, steps = 0;
  std::span<const Bucket> buckets;
  std::vector<Time::time_point> ready;
  std::vector<double> before_end;   // ms, by bucket, summed over steps
  void begin(const Shards& shards, std::span<const Bucket> all) override {
    MpiGradientSync::begin(shards, buckets = all);
    ready.assign(all.size(), {});
    before_end.resize(all.size());
    started = 0;
    ++steps;
  }
  void final_from(std::size_t first) override {
    while (started + 1 < buckets.size() && buckets[started].begin >= first) ready[started++] = Time::now();
    if (overlap) MpiGradientSync::final_from(first);
  }
  void finish() override {
    for (std::size_t bucket = 0; bucket < started; ++bucket) before_end[bucket] += ms_since(ready[bucket]);
    MpiGradientSync::finish();
  }
  /// ms from the end of the backward pass until all have the sum, if the links between two replicas (to shard 0's and back) work as
  /// soon as they can: what no overlap can hide.
  double least_tail(double delay) const {
    double there = -1e9, back = -1e9;
    for (const double sum : before_end) {
      there = std::max(there, -sum / double(steps)) + delay;
      back = std::max(back, there) + delay;
    }
    return back;
  }
};

}   // namespace

int main(int argc, char** argv) {
  if (std::getenv("OMP_NUM_THREADS") == nullptr) {   // libraries read these when they are loaded
    for (const auto& [name, value] : pinned_environment("native")) setenv(name.c_str(), value.c_str(), 1);
    execv("/proc/self/exe", argv);
  }
  mpi::Session session(argc, argv);
  const auto& world = session.world();
  if (world.size() != 2) {
    if (world.rank() == 0)
      std::fputs("replicas_bench runs on 2 ranks: what links could hide is computed for two\n", stderr);
    return 2;
  }
  prepare_process();
  const int width = argc > 1 ? std::atoi(argv[1]) : 48, rounds = argc > 3 ? std::atoi(argv[3]) : 7;
  const std::chrono::microseconds delay(argc > 2 ? std::atoi(argv[2]) : 2000);
  const SyntheticImages images{3000, 10, 28, 1};
  const TrainingData data{images.set, 64, 1};
  const auto network = network_of({.operations = {"conv3x3", "sep3x3"},
                                   .inputs = {{0}, {1}, {0, 2}},
                                   .widths = {width, width, width},
                                   .cells = {1, 1, 1}},
                                  1, 28, 28, 10);
  const TrainingPlan plan{.settings = {}, .epochs = 1, .subset = 1280};
  Timed<NoExchange> none(world);
  Timed<MpiGradientSync> tree(world);
  Timed<Allreduce> allreduce(world);
  Timed<Watched> apart(world, delay, false), overlapped(world, delay, true);
  const auto one_round = [&] {
    const auto run = [&](GradientSync& sync) {
      MPI_Barrier(world.handle());
      train::train(network, plan, data, 1, {.sync = sync});
    };
    run(none), run(tree), run(allreduce), run(apart), run(overlapped);
  };
  one_round();   // warms up
  tree.computing.clear();
  none.ms.clear(), tree.ms.clear(), allreduce.ms.clear(), apart.ms.clear(), overlapped.ms.clear();
  for (int round = 0; round < rounds; ++round) one_round();
  const double delay_ms = double(delay.count()) / 1000, compute = median(none.ms), with_tree = median(tree.ms),
               with_allreduce = median(allreduce.ms), one_by_one = median(apart.ms), hiding = median(overlapped.ms);
  const double could_hide = double(apart.buckets.size() + 1) * delay_ms - overlapped.least_tail(delay_ms);
  const auto wait = wait_of(tree.ms, tree.computing, world.handle());
  if (world.rank() > 0) return 0;
  std::printf("%zu parameters, %d replicas, batch %d, %d shards, %zu buckets; medians of %zu steps\n",
              network.parameters, world.size(), int(plan.settings.batch), int(plan.settings.shards),
              apart.buckets.size(), tree.ms.size());
  std::printf("step without exchange     %8.2f ms\n", compute);
  std::printf("     with the fixed tree  %8.2f ms  %+.1f %%\n", with_tree, 100 * (with_tree / compute - 1));
  std::printf("     waits for the sum    %8.2f ms, %.2f of them for the slower replica\n", wait.ms,
              wait.for_the_slower);
  std::printf("     with MPI_Allreduce   %8.2f ms  %+.1f %%\n", with_allreduce, 100 * (with_allreduce / compute - 1));
  std::printf(
      "%.1f ms a message: without overlap %.2f ms, with %.2f ms: hides %.2f of %.2f ms that the last shard can hide, "
      "%.0f %%\n",
      delay_ms, one_by_one, hiding, one_by_one - hiding, could_hide, 100 * (one_by_one - hiding) / could_hide);
}
