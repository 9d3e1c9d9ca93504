#include "app/interrupt.hpp"

#include <unistd.h>

#include <csignal>

namespace archipel::app {
namespace {

std::string line;   // set before the handler can run

extern "C" void tell(int signal) {   // only calls that are safe in a handler
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) {
    // Nobody is left to be told.
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}   // namespace

void tell_when_interrupted(const std::string& message) {
  line = "archipel: " + message + "\n";
  std::signal(SIGINT, &tell);
}

}   // namespace archipel::app
