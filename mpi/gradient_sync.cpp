#include "mpi/gradient_sync.hpp"

#include "mpi/error.hpp"

namespace archipel::mpi {

train::ShardRange MpiGradientSync::mine(int parts) const {
  const auto first = [&](int replica) { return int(std::int64_t{parts} * replica / comm_.size()); };
  return {first(comm_.rank()), first(comm_.rank() + 1)};
}

int MpiGradientSync::owner_of(int shard, int shards) const {
  return int(((std::int64_t{shard} + 1) * comm_.size() - 1) / shards);   // the inverse of `mine`
}

// All replicas go through the pairs in the same order, so blocking sends cannot wait for each other in a circle.
void MpiGradientSync::combine(std::span<std::vector<float>> shards) {
  const int count = int(shards.size()), values = count_of(shards[0].size(), "MPI_Send");
  for (int step = 1; step < count; step *= 2) {
    for (int target = 0; target + step < count; target += 2 * step) {
      const int source = target + step, to = owner_of(target, count), from = owner_of(source, count);
      auto& sums = shards[std::size_t(target)];
      auto& addends = shards[std::size_t(source)];
      if (to == from) {
        if (to == comm_.rank()) train::add_shard(sums, addends);
      } else if (from == comm_.rank()) {
        check(MPI_Send(addends.data(), values, MPI_FLOAT, to, source, comm_.handle()), "MPI_Send");
      } else if (to == comm_.rank()) {
        received_.resize(sums.size());
        check(MPI_Recv(received_.data(), values, MPI_FLOAT, from, source, comm_.handle(), MPI_STATUS_IGNORE),
              "MPI_Recv");
        train::add_shard(sums, received_);
      }
    }
  }
  check(MPI_Bcast(shards[0].data(), values, MPI_FLOAT, owner_of(0, count), comm_.handle()), "MPI_Bcast");
}

std::int64_t MpiGradientSync::sum(std::int64_t mine) {
  check(MPI_Allreduce(MPI_IN_PLACE, &mine, 1, MPI_INT64_T, MPI_SUM, comm_.handle()), "MPI_Allreduce");
  return mine;
}

}   // namespace archipel::mpi
