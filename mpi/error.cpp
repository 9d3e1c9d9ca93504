#include "mpi/error.hpp"

#include "base/error.hpp"

#include <mpi.h>

#include <array>
#include <climits>
#include <string>

namespace archipel::mpi {
namespace {

std::string place(const std::source_location& at) {
  const std::string_view file = at.file_name();
  return " (" + std::string(file.substr(file.rfind('/') + 1)) + ":" + std::to_string(at.line()) + ")";
}

}   // namespace

void check(int code, std::string_view call, std::source_location at) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) length = 0;
  const std::string reason =
      length > 0 ? std::string(text.data(), std::size_t(length)) : "error " + std::to_string(code);
  throw SystemError(std::string(call) + ": " + reason + place(at));
}

int count_of(std::size_t size, std::string_view call, std::source_location at) {
  if (size > std::size_t{INT_MAX}) {
    throw SystemError(std::string(call) + ": " + std::to_string(size) +
                      " bytes in one message, at most 2^31 - 1 are possible" + place(at));
  }
  return int(size);
}

}   // namespace archipel::mpi
