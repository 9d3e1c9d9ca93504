#pragma once

#include "base/error.hpp"
#include "mpi/communicator.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace archipel::mpi {

// Every rank of `comm` calls each of these, in the same order. docs/collectives.md lists all collective calls.

void barrier(const Communicator& comm);

/// The bytes of rank `root` to all. Same `bytes.size()` everywhere; any size.
void broadcast(const Communicator& comm, std::span<std::byte> bytes, int root = 0);
/// The text of rank `root` to all, whatever its length.
void broadcast(const Communicator& comm, std::string& text, int root = 0);

/// What each rank brought, by rank; lengths may differ. SystemError on every rank if it is 2 GiB or more in all.
std::vector<std::string> all_gather(const Communicator& comm, std::string_view mine);

/// A SystemError that every rank throws, so that all can leave without ending each other.
struct AgreedError : SystemError {
  using SystemError::SystemError;
};

/// Runs `work` on rank 0. If it throws, every rank throws: InputError with the same problems, else AgreedError with the same
/// text. So a failure that one rank sees ends as one error of all, and nobody waits for a rank that is gone.
void on_root(const Communicator& comm, const std::function<void()>& work);
/// The same with `work` on every rank; the failure of the lowest failing rank is everybody's. `work` must not contain a
/// collective call that another rank's failure would keep from happening.
void on_all(const Communicator& comm, const std::function<void()>& work);

}   // namespace archipel::mpi
