#include "mpi/session.hpp"

#include "base/error.hpp"
#include "mpi/error.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>

namespace archipel::mpi {

using namespace std::chrono_literals;

Session::Session(int& argc, char**& argv) : exceptions_at_birth_(std::uncaught_exceptions()) {
  int provided = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  if (provided < MPI_THREAD_FUNNELED)
    throw SystemError("MPI_Init_thread: this MPI does not support MPI_THREAD_FUNNELED");
  check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  world_ = Communicator::duplicate_of(MPI_COMM_WORLD);
}

Session::~Session() {
  if (std::uncaught_exceptions() > exceptions_at_birth_) return;
  world_.reset();
  MPI_Finalize();
}

std::string Session::library() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  check(MPI_Get_library_version(text, &length), "MPI_Get_library_version");
  std::string name(text, std::size_t(length));
  name.resize(std::min(name.find_first_of(",\n"), name.size()));
  std::replace(name.begin(), name.end(), '\t', ' ');
  return name;
}

void Session::abort(std::string_view message, int exit_code) const {
  std::this_thread::sleep_for(std::min(world_->rank() * 100ms, 2000ms));
  const std::string line = "archipel: rank " + std::to_string(world_->rank()) + ": " + std::string(message) + "\n";
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) {
    // Nobody is left to be told: the exit code says it.
  }
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

}   // namespace archipel::mpi
