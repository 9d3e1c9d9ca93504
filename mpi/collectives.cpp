#include "mpi/collectives.hpp"

#include "base/error.hpp"
#include "mpi/error.hpp"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <exception>
#include <numeric>
#include <optional>

namespace archipel::mpi {
namespace {

struct Failure {
  bool input;                          // InputError, otherwise SystemError
  std::vector<std::string> problems;   // one for a SystemError
};

std::optional<Failure> failure_of(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const InputError& error) {
    return Failure{true, error.problems()};
  } catch (const std::exception& error) {
    return Failure{false, {error.what()}};
  }
}

void agree(const Communicator& comm, const std::optional<Failure>& mine) {
  int root = mine ? comm.rank() : INT_MAX;   // the lowest failing rank
  check(MPI_Allreduce(MPI_IN_PLACE, &root, 1, MPI_INT, MPI_MIN, comm.handle()), "MPI_Allreduce");
  if (root == INT_MAX) return;
  std::string kind = mine && mine->input ? "input" : "system";
  broadcast(comm, kind, root);
  std::vector<std::string> problems = mine ? mine->problems : std::vector<std::string>{};
  auto count = std::uint64_t(problems.size());
  broadcast(comm, std::as_writable_bytes(std::span(&count, 1)), root);
  problems.resize(count);
  for (auto& problem : problems) broadcast(comm, problem, root);
  if (kind == "input") throw InputError(std::move(problems));
  throw AgreedError(problems.front());
}

}   // namespace

void barrier(const Communicator& comm) { check(MPI_Barrier(comm.handle()), "MPI_Barrier"); }

void broadcast(const Communicator& comm, std::span<std::byte> bytes, int root) {
  constexpr std::size_t piece = std::size_t{1} << 30;   // MPI counts are ints
  for (std::size_t done = 0; done < bytes.size(); done += piece) {
    const auto part = bytes.subspan(done, std::min(piece, bytes.size() - done));
    check(MPI_Bcast(part.data(), int(part.size()), MPI_BYTE, root, comm.handle()), "MPI_Bcast");
  }
}

void broadcast(const Communicator& comm, std::string& text, int root) {
  auto size = std::uint64_t(text.size());
  broadcast(comm, std::as_writable_bytes(std::span(&size, 1)), root);
  text.resize(size);
  broadcast(comm, std::as_writable_bytes(std::span(text)), root);
}

std::vector<std::string> all_gather(const Communicator& comm, std::string_view mine) {
  const auto size = std::uint64_t(mine.size());
  std::vector<std::uint64_t> sizes(std::size_t(comm.size()));
  check(MPI_Allgather(&size, 1, MPI_UINT64_T, sizes.data(), 1, MPI_UINT64_T, comm.handle()), "MPI_Allgather");
  count_of(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}), "MPI_Allgatherv");

  std::vector<int> counts(sizes.begin(), sizes.end()), offsets(sizes.size());
  std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);
  std::string all(std::size_t(offsets.back()) + sizes.back(), '\0');
  check(MPI_Allgatherv(mine.data(), int(mine.size()), MPI_BYTE, all.data(), counts.data(), offsets.data(), MPI_BYTE,
                       comm.handle()),
        "MPI_Allgatherv");
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < sizes.size(); ++i) parts.push_back(all.substr(std::size_t(offsets[i]), sizes[i]));
  return parts;
}

void on_root(const Communicator& comm, const std::function<void()>& work) {
  agree(comm, comm.rank() == 0 ? failure_of(work) : std::nullopt);
}

void on_all(const Communicator& comm, const std::function<void()>& work) { agree(comm, failure_of(work)); }

}   // namespace archipel::mpi
