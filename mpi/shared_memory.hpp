#pragma once

#include "mpi/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace archipel::mpi {

/// One block of memory for all ranks of a node: data sets stand in it once, whatever the number of ranks. One rank fills it,
/// all read it after `publish`:
///
///     SharedBytes block(node, size);
///     on_all(world, [&] { if (block.filler()) read_into(block.bytes()); });   // an error reaches every rank
///     block.publish();
class SharedBytes {
 public:
  /// Collective on `node`, which Communicator::split_shared made; same `size` everywhere, more than 2 GiB too. Holds
  /// anything until it is filled. SystemError if MPI finds no room (several ranks: in /dev/shm or MPI's session directory).
  SharedBytes(const Communicator& node, std::size_t size);
  /// Collective, except while unwinding: then nothing is freed.
  ~SharedBytes();
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;

  std::span<std::uint8_t> bytes() const { return bytes_; }
  bool filler() const { return node_.rank() == 0; }
  /// What the filler wrote is visible to all ranks of the node on return. Collective.
  void publish();

 private:
  Communicator node_;
  MPI_Win window_ = MPI_WIN_NULL;
  std::span<std::uint8_t> bytes_;
  int exceptions_at_birth_;
};

}   // namespace archipel::mpi
