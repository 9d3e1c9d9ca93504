#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace archipel {

/// The user's input is wrong: study, data or command line. `main` prints every problem and exits with 2.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::string problem) : InputError(std::vector<std::string>{std::move(problem)}) {}
  explicit InputError(std::vector<std::string> problems);   // at least one; each names place, value and what is allowed

  const std::vector<std::string>& problems() const { return problems_; }

 private:
  std::vector<std::string> problems_;
};

/// A system call or a library failed. `main` prints the message, which names the call, with the rank and exits with 1.
class SystemError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The program was asked to stop before its work is done. No failure: what is committed stays, and a resume goes on.
class Stopped : public std::exception {
 public:
  /// `together`: all ranks stop; otherwise this one leaves and the others are not known to.
  explicit Stopped(bool together = true) : together_(together) {}
  const char* what() const noexcept override { return "stopped"; }
  bool together() const { return together_; }

 private:
  bool together_;
};

/// SystemError for a failed call on `path` whose reason is in `errno`.
[[noreturn]] void throw_errno(const std::string& call, const std::string& path);

}   // namespace archipel
