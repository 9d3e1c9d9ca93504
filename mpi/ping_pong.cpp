#include "mpi/ping_pong.hpp"

#include "mpi/error.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace archipel::mpi {

double ping_pong(const Communicator& comm, int partner, std::size_t bytes, int rounds) {
  const int other = comm.rank() == 0 ? partner : 0, count = count_of(bytes, "MPI_Send");
  std::string message(bytes, '\0');
  const auto send = [&] { check(MPI_Send(message.data(), count, MPI_BYTE, other, 0, comm.handle()), "MPI_Send"); };
  const auto receive = [&] {
    check(MPI_Recv(message.data(), count, MPI_BYTE, other, 0, comm.handle(), MPI_STATUS_IGNORE), "MPI_Recv");
  };
  std::vector<double> seconds;
  for (int round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    if (comm.rank() == 0) send(), receive();
    else receive(), send();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / 2);
  }
  std::ranges::nth_element(seconds, seconds.begin() + rounds / 2);
  return seconds[std::size_t(rounds / 2)];
}

}   // namespace archipel::mpi
