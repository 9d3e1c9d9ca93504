#include "app/interrupt.hpp"

#include "io/in_flight.hpp"

#include <signal.h>
#include <unistd.h>

#include <csignal>

namespace archipel::app {
namespace {

std::string line;   // set before the handler can run

extern "C" void end_cleanly(int signal) {   // only calls that are safe in a handler
  io::in_flight::write();
  const bool typed = signal == SIGINT || signal == SIGQUIT;
  if (typed && ::write(STDERR_FILENO, line.data(), line.size()) < 0) {
    // Nobody is left to be told.
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

bool would_kill(int signal) {
  struct sigaction now {};
  return sigaction(signal, nullptr, &now) == 0 && !(now.sa_flags & SA_SIGINFO) && now.sa_handler == SIG_DFL;
}

}   // namespace

void end_cleanly_when_signalled(const std::string& message) {
  if (!message.empty()) line = "archipel: " + message + "\n";
  std::signal(SIGINT, &end_cleanly);
  std::signal(SIGTERM, &end_cleanly);
  for (const int signal : {SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU, SIGALRM, SIGVTALRM, SIGPROF, SIGPWR, SIGUSR1}) {
    if (would_kill(signal)) std::signal(signal, &end_cleanly);   // not if ignored, as HUP under nohup, or another's
  }
}

}   // namespace archipel::app
