#pragma once

#include <cstddef>
#include <source_location>
#include <string_view>

namespace archipel::mpi {

/// SystemError naming `call`, MPI's text for `code` and the place, unless `code` is MPI_SUCCESS.
void check(int code, std::string_view call, std::source_location at = std::source_location::current());

/// `size` as an MPI count; SystemError naming `call` past INT_MAX.
int count_of(std::size_t size, std::string_view call, std::source_location at = std::source_location::current());

}   // namespace archipel::mpi
