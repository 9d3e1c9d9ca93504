// Bandwidth of a team's sums over NCCL, by size of the gradient, in the buckets of run.bucket's default: along the fixed tree and by
// NCCL's own all-reduce. One rank for each GPU:  mpirun -n 4 nccl_bench [MIB [ROUNDS]]

#include "mpi/cuda_handles.hpp"
#include "mpi/gpu.hpp"
#include "mpi/nccl_sync.hpp"
#include "mpi/session.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace archipel;

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  mpi::Session session(argc, argv);
  const auto& world = session.world();
  const std::size_t most = std::size_t(argc > 1 ? std::atoi(argv[1]) : 64) << 18;   // floats
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 20;
  try {
    const auto gpu = mpi::choose_gpu(world, world);
    const auto count = std::bit_ceil(std::max<std::size_t>(4, std::size_t(world.size())));
    float* memory = nullptr;
    mpi::cuda_check(cudaMalloc(reinterpret_cast<void**>(&memory), count * most * sizeof(float)), "cudaMalloc");
    if (world.rank() == 0)
      std::printf("%d ranks, %s\n%10s %14s %14s\n", world.size(), gpu.name.c_str(), "KiB", "tree GB/s", "NCCL GB/s");
    for (std::size_t size = 1 << 10; size <= most; size *= 4) {
      train::Shards shards;
      for (std::size_t s = 0; s < count; ++s) shards.emplace_back(memory + s * most, size);
      const auto buckets = train::buckets_of(size, size, 64 << 10);
      double rate[2];
      for (const bool deterministic : {true, false}) {
        const auto sync = mpi::nccl_sync(world, {.deterministic = deterministic});
        std::vector<double> seconds;
        for (int round = 0; round <= rounds; ++round) {
          sync->sum(0);   // all begin together
          const auto start = Clock::now();
          sync->begin(shards, buckets);
          sync->finish();
          if (round > 0) seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
        }
        std::ranges::nth_element(seconds, seconds.begin() + rounds / 2);
        rate[deterministic ? 0 : 1] = double(size * sizeof(float)) / seconds[std::size_t(rounds / 2)] * 1e-9;
      }
      if (world.rank() == 0) std::printf("%10zu %14.3f %14.3f\n", size * sizeof(float) >> 10, rate[0], rate[1]);
    }
    cudaFree(memory);
  } catch (const std::exception& error) {
    session.abort(error.what());
  }
}
