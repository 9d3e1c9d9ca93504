#pragma once

#include <mpi.h>

namespace archipel::mpi {

/// Owns one MPI communicator whose errors are returned, hence thrown. Move-only. Everything that makes or destroys one is
/// collective over its ranks, so the destructor of a rank that is unwinding does not free it: the others may never come.
class Communicator {
 public:
  /// A copy of `comm` with message tags of its own. Collective on `comm`.
  [[nodiscard]] static Communicator duplicate_of(MPI_Comm comm);
  ~Communicator();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;

  /// Collective on this one.
  [[nodiscard]] Communicator duplicate() const { return duplicate_of(comm_); }
  /// Ranks of equal `color` (>= 0) together, in order of `key`, then of rank here. Collective on this one.
  [[nodiscard]] Communicator split(int color, int key) const;
  /// The ranks on this node, which can share memory. Collective on this one.
  [[nodiscard]] Communicator split_shared() const;

  int rank() const { return rank_; }
  int size() const { return size_; }
  MPI_Comm handle() const { return comm_; }

 private:
  explicit Communicator(MPI_Comm owned);

  MPI_Comm comm_;
  int rank_ = 0, size_ = 1;
  int exceptions_at_birth_;
};

}   // namespace archipel::mpi
