#pragma once

#include <atomic>
#include <string>
#include <vector>

/// A double of the functions of CUDA, cuBLAS and NCCL that the program calls, on host memory and over MPI, chosen when a test is
/// linked. Streams do work only while somebody asks about them, the newest stream first, so that what lacks a wait goes wrong.
namespace nccl_double {

/// What goes wrong on this rank. Codes are those of the function's own library.
struct Faults {
  std::string function;   // its `call`-th call from now on returns `code`
  int call = 1, code = 1;
  std::atomic<int> asynchronous = 0;   // ncclCommGetAsyncError tells of this code
  bool never_joins = false;            // the others never hear of this rank at the bootstrap
  bool never_sends = false;            // what this rank is to send in operations stays here
  bool abort_hangs = false;            // ncclCommAbort never returns
};
Faults& faults();

/// Devices that this rank sees, each by up to 16 letters that are its own. Eight unless a test sets them.
std::vector<std::string>& devices();

/// What was made and not destroyed: streams, events, handles, communicators and pieces of memory.
int living();

}   // namespace nccl_double
