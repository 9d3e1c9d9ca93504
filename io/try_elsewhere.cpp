#include "io/try_elsewhere.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>

namespace archipel::io {
namespace {

constexpr unsigned patience = 600;   // s, for all of a packed copy
constexpr char done = '\1';          // all that a child says which came to its end

[[noreturn]] void work_and_exit(const std::function<void()>& work, int tell) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGINT, SIGTERM})
    std::signal(signal, SIG_DFL);   // others' handlers would speak, or wait for other processes
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
  ::alarm(patience);
  try {
    work();
  } catch (const std::exception& error) {
    const auto written = ::write(tell, error.what(), std::strlen(error.what()));
    ::_exit(written < 0 ? 2 : 1);
  }
  ::_exit(::write(tell, &done, 1) == 1 ? 0 : 2);
}

}   // namespace

std::string failure_elsewhere(const std::function<void()>& work) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("pipe2", "a process that tries");
  const pid_t child = ::fork();
  if (child < 0) throw_errno("fork", "a process that tries");
  if (child == 0) work_and_exit(work, ends[1]);
  ::close(ends[1]);
  std::string said;
  char buffer[4096];
  for (;;) {
    const auto count = ::read(ends[0], buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    said.append(buffer, std::size_t(count));
  }
  ::close(ends[0]);
  int state = 0;
  while (::waitpid(child, &state, 0) < 0 && errno == EINTR) {   // elsewhere children may be reaped by themselves
  }
  if (said == std::string(1, done)) return "";
  if (WIFSIGNALED(state)) return "a process that tried to read them died of signal " + std::to_string(WTERMSIG(state));
  return said.empty() ? "they cannot be read" : said;
}

}   // namespace archipel::io
