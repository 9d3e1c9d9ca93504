#pragma once

#include "mpi/communicator.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace archipel::mpi {

/// MPI from start to end: one object, made first in `main`. Only the thread that made it may call MPI.
class Session {
 public:
  /// SystemError if MPI provides less than MPI_THREAD_FUNNELED. Works without a launcher too: then there is one rank.
  Session(int& argc, char**& argv);
  /// Ends MPI, which waits for all ranks; not while unwinding, because the others may never come.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// A duplicate of the world, so that our tags stay apart from a library's.
  const Communicator& world() const { return *world_; }

  /// The MPI that this program runs with, as "Open MPI v4.1.4".
  static std::string library();

  /// Prints "archipel: rank N: message" to standard error in one write and ends all ranks with `exit_code`. Not collective.
  /// Higher ranks wait a little first: of ranks that fail together, as on a full disk, the lowest alone gets to speak.
  [[noreturn]] void abort(std::string_view message, int exit_code = 1) const;

 private:
  std::optional<Communicator> world_;
  int exceptions_at_birth_;
};

}   // namespace archipel::mpi
