#include "mpi/nccl_double_communicator.hpp"

#include "mpi/nccl_double.hpp"

namespace nccl_double {

void Operation::receive_from(const ncclComm& comm, int rank, float* into) {
  MPI_Irecv(into, count, MPI_FLOAT, comm.world_rank(rank),
            comm.tag(kind == receive ? ncclComm::message : ncclComm::collective), MPI_COMM_WORLD,
            &receives.emplace_back());
}

void Operation::send_to(const ncclComm& comm, int rank) {
  withheld = withheld || faults().never_sends;
  if (!withheld)
    MPI_Isend(from, count, MPI_FLOAT, comm.world_rank(rank),
              comm.tag(kind == send ? ncclComm::message : ncclComm::collective), MPI_COMM_WORLD, &sends.emplace_back());
}

void Operation::begin(const ncclComm& comm) {
  if (kind == receive) receive_from(comm, other, to);
  if (kind == send) send_to(comm, other);
  if (kind == broadcast && comm.rank != other) receive_from(comm, other, to);
  if (kind == all_reduce) arrived.assign(std::size_t(comm.size), std::vector<float>(std::size_t(count)));
  for (int rank = 0; rank < comm.size; ++rank) {
    if (rank == comm.rank) continue;
    if (kind == broadcast && comm.rank == other) send_to(comm, rank);
    if (kind != all_reduce) continue;
    receive_from(comm, rank, arrived[std::size_t(rank)].data());
    send_to(comm, rank);
  }
}

bool Operation::done(const ncclComm& comm, bool& fits) {
  std::vector<MPI_Status> statuses(receives.size());
  int have_come = 0, have_gone = 0;
  MPI_Testall(int(receives.size()), receives.data(), &have_come, statuses.data());
  MPI_Testall(int(sends.size()), sends.data(), &have_gone, MPI_STATUSES_IGNORE);
  if (have_come)
    for (const auto& status : statuses) {
      int values = count;   // a request that was done before has an empty status
      if (status.MPI_SOURCE != MPI_ANY_SOURCE) MPI_Get_count(&status, MPI_FLOAT, &values);
      fits = fits && values == count;
    }
  if (withheld || !have_come || !have_gone) return false;
  if (kind == all_reduce) sum(comm);
  return true;
}

void Operation::sum(const ncclComm& comm) {   // as along a ring: another rank first in each part
  if (arrived.empty()) return;
  arrived[std::size_t(comm.rank)].assign(from, from + count);
  for (int i = 0; i < count; ++i) {
    const int first = int(std::int64_t{i} * comm.size / count);
    float value = arrived[std::size_t(first)][std::size_t(i)];
    for (int k = 1; k < comm.size; ++k) value += arrived[std::size_t((first + k) % comm.size)][std::size_t(i)];
    to[i] = value;
  }
  arrived.clear();
}

}   // namespace nccl_double

using namespace nccl_double;

ncclComm::ncclComm(int ranks, int own_rank, int root, int number)
    : size(ranks), rank(own_rank), root_(root), tags_(((root * 64 + number % 64) * 4) + 1000) {
  table_.resize(std::size_t(size));
  joined_.resize(2 * std::size_t(size));
  const auto expect = [&](void* into, int count, int source) {
    MPI_Irecv(into, count, MPI_INT, source, tag(bootstrap), MPI_COMM_WORLD, &joining_.emplace_back());
  };
  int mine[2] = {rank, 0};
  MPI_Comm_rank(MPI_COMM_WORLD, &mine[1]);
  if (rank != 0) {
    expect(table_.data(), size, root_);
    if (!faults().never_joins) MPI_Send(mine, 2, MPI_INT, root_, tag(bootstrap), MPI_COMM_WORLD);
  } else {
    table_[0] = mine[1];
    for (int other = 1; other < size; ++other) expect(&joined_[2 * std::size_t(other)], 2, MPI_ANY_SOURCE);
  }
}

void ncclComm::progress() {
  if (state != ncclInProgress) return;
  if (polls_ > 0) {
    --polls_;
    return;
  }
  if (!may_use_mpi()) {   // like a connection that takes its time
    if (!ready_ || !connecting_.empty()) return;
  }
  if (finalizing_) nccl_double::poll();
  if (finalizing_ && in_stream_ > 0) return;
  if (!ready_ && !join()) return;
  if (!connecting_.empty() && !connect()) return;
  if (state == ncclInProgress) enqueue();
}

bool ncclComm::join() {
  int all = 0;
  MPI_Testall(int(joining_.size()), joining_.data(), &all, MPI_STATUSES_IGNORE);
  if (!all || (faults().never_joins && size > 1)) return false;
  if (rank == 0) {
    for (int other = 1; other < size; ++other)
      table_[std::size_t(joined_[2 * std::size_t(other)])] = joined_[2 * std::size_t(other) + 1];
    for (int other = 1; other < size; ++other)
      MPI_Send(table_.data(), size, MPI_INT, world_rank(other), tag(bootstrap), MPI_COMM_WORLD);
  }
  return ready_ = true;
}

void ncclComm::start(Operations operations, cudaStream_t stream) {
  state = ncclInProgress;
  polls_ = 3;
  operations_ = std::move(operations);
  stream_ = stream;
  for (const auto& operation : operations_) {
    if (operation.kind != Operation::send && operation.kind != Operation::receive) continue;
    const bool receives = operation.kind == Operation::receive;
    auto& directions = connected_[operation.other];
    if (directions & (receives ? 2 : 1)) continue;
    directions |= receives ? 2 : 1;
    connecting_[operation.other].mine[receives] = 1;
  }
}

void ncclComm::finalize() {
  finalizing_ = true;
  start({}, nullptr);
}

bool ncclComm::connect() {
  bool all = true;
  for (auto& [other, connection] : connecting_) {
    if (!connection.begun) {
      connection.begun = true;
      MPI_Irecv(connection.theirs, 2, MPI_INT, world_rank(other), tag(connecting), MPI_COMM_WORLD,
                &connection.requests[0]);
      MPI_Isend(connection.mine, 2, MPI_INT, world_rank(other), tag(connecting), MPI_COMM_WORLD,
                &connection.requests[1]);
    }
    int done = 0;
    MPI_Testall(2, connection.requests, &done, MPI_STATUSES_IGNORE);
    all = all && done;
  }
  if (!all) return false;
  for (const auto& [other, connection] : connecting_)
    if (connection.mine[0] != connection.theirs[1] || connection.mine[1] != connection.theirs[0])
      state = ncclInternalError;
  connecting_.clear();
  return true;
}

void ncclComm::enqueue() {
  state = ncclSuccess;
  if (operations_.empty()) return;
  const auto operations = std::make_shared<Operations>(std::move(operations_));
  operations_.clear();
  ++in_stream_;
  nccl_double::enqueue(stream_, [this, operations, aborted = aborted_, begun = false]() mutable {
    if (*aborted) return true;
    if (!may_use_mpi()) return false;
    if (!begun)
      for (auto& operation : *operations) operation.begin(*this);
    begun = true;
    bool all = true, fits = true;
    for (auto& operation : *operations) all = operation.done(*this, fits) && all;
    if (!fits) state = ncclInvalidUsage;
    in_stream_ -= all;
    return all;
  });
}
