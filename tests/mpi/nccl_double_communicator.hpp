#pragma once

#include "mpi/nccl_double_stream.hpp"

#include <mpi.h>

#include <nccl.h>

#include <map>
#include <memory>
#include <vector>

namespace nccl_double {

struct Operation {
  enum Kind { send, receive, all_reduce, broadcast } kind = send;
  const float* from = nullptr;
  float* to = nullptr;
  int count = 0;
  int other = 0;   // the rank at the other end, the root

  void begin(const ncclComm& comm);
  /// Whether it is; `fits` becomes false if a message has another size than this rank expects.
  bool done(const ncclComm& comm, bool& fits);

  void receive_from(const ncclComm& comm, int rank, float* into);
  void send_to(const ncclComm& comm, int rank);
  void sum(const ncclComm& comm);

  std::vector<MPI_Request> receives = {}, sends = {};
  std::vector<std::vector<float>> arrived = {};   // of all_reduce, by rank
  bool withheld = false;                          // by a fault
};

/// Two ranks exchange this before their first message in a direction, like the data of NCCL's connections: both must want the same.
struct Connection {
  int mine[2] = {0, 0}, theirs[2] = {0, 0};   // sends, receives
  MPI_Request requests[2] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
  bool begun = false;
};

}   // namespace nccl_double

struct ncclComm {
  using Operations = std::vector<nccl_double::Operation>;
  enum Tag { bootstrap, connecting, message, collective };

  ncclComm(int ranks, int own_rank, int root, int number);

  /// Goes on with what is in progress.
  void progress();
  /// Puts these in progress; they stand in the stream once the state is ncclSuccess again.
  void start(Operations operations, cudaStream_t stream);
  void abort() { *aborted_ = true; }
  /// In progress until all operations are done.
  void finalize();

  int world_rank(int of) const { return table_[std::size_t(of)]; }
  int tag(Tag kind) const { return tags_ + kind; }

  const int size, rank;
  ncclResult_t state = ncclInProgress;

 private:
  bool join();
  bool connect();
  void enqueue();

  int root_, tags_;                   // of the unique id: the world's rank that made it
  std::vector<int> table_, joined_;   // the world's ranks; at the root: rank and world's rank of each that has come
  std::vector<MPI_Request> joining_;
  bool ready_ = false;
  int polls_ = 3;   // in which it stays in progress, whatever has come
  Operations operations_;
  cudaStream_t stream_ = nullptr;
  std::map<int, nccl_double::Connection> connecting_;
  std::map<int, int> connected_;   // directions by rank: 1 sends, 2 receives
  bool finalizing_ = false;
  int in_stream_ = 0;   // groups
  std::shared_ptr<bool> aborted_ = std::make_shared<bool>(false);
};
