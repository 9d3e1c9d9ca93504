#include "mpi/shared_memory.hpp"

#include "mpi/collectives.hpp"
#include "mpi/error.hpp"

#include <exception>

namespace archipel::mpi {

SharedBytes::SharedBytes(const Communicator& node, std::size_t size)
    : node_(node.duplicate()), exceptions_at_birth_(std::uncaught_exceptions()) {
  void* mine = nullptr;
  check(MPI_Win_allocate_shared(filler() ? MPI_Aint(size) : 0, 1, MPI_INFO_NULL, node_.handle(), &mine, &window_),
        "MPI_Win_allocate_shared");
  MPI_Aint block_size = 0;
  int unit = 0;
  void* block = nullptr;
  check(MPI_Win_shared_query(window_, 0, &block_size, &unit, &block), "MPI_Win_shared_query");
  bytes_ = {static_cast<std::uint8_t*>(block), size};
  check(MPI_Win_lock_all(MPI_MODE_NOCHECK, window_), "MPI_Win_lock_all");   // an epoch for MPI_Win_sync
}

SharedBytes::~SharedBytes() {
  if (window_ == MPI_WIN_NULL || std::uncaught_exceptions() > exceptions_at_birth_) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

void SharedBytes::publish() {
  check(MPI_Win_sync(window_), "MPI_Win_sync");
  barrier(node_);
  check(MPI_Win_sync(window_), "MPI_Win_sync");
}

}   // namespace archipel::mpi
