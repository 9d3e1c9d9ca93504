#include "app/interrupt.hpp"

#include "io/in_flight.hpp"

#include <unistd.h>

#include <csignal>

namespace archipel::app {
namespace {

std::string line;   // set before the handler can run

extern "C" void end_cleanly(int signal) {   // only calls that are safe in a handler
  io::in_flight::write();
  if (signal == SIGINT && ::write(STDERR_FILENO, line.data(), line.size()) < 0) {
    // Nobody is left to be told.
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}   // namespace

void end_cleanly_when_signalled(const std::string& message) {
  if (!message.empty()) line = "archipel: " + message + "\n";
  std::signal(SIGINT, &end_cleanly);
  std::signal(SIGTERM, &end_cleanly);
}

}   // namespace archipel::app
