#include "app/loop_process.hpp"

#include "base/cpu.hpp"
#include "base/error.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>

namespace archipel::app {
namespace {

std::vector<std::string> environment_of_a_user() {
  std::vector<std::string> result;
  const auto pinned = pinned_environment("native");
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable, name = text.substr(0, text.find('='));
    const bool pins =
        name == "ARCHIPEL_PINNED" ||
        (!name.ends_with("_THREADS") && std::ranges::any_of(pinned, [&](const auto& p) { return p.first == name; }));
    if (!pins) result.push_back(text);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}   // namespace

LoopProcess::LoopProcess(std::vector<std::string> command) : name_(command[0]) {
  std::signal(SIGPIPE, SIG_IGN);   // a process that has ended is an error of fprintf
  int to[2], from[2];
  if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) throw_errno("pipe2", name_);
  to_ = fdopen(to[1], "w");
  from_ = fdopen(from[0], "r");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], 0);
  posix_spawn_file_actions_adddup2(&actions, from[1], 1);
  auto variables = environment_of_a_user();
  errno = posix_spawnp(&id_, name_.c_str(), &actions, nullptr, pointers(command).data(), pointers(variables).data());
  const bool failed = errno != 0;
  posix_spawn_file_actions_destroy(&actions);
  close(to[0]);
  close(from[1]);
  if (!failed) return;
  std::fclose(to_);
  std::fclose(from_);
  throw_errno("posix_spawn", name_);
}

LoopProcess::~LoopProcess() {
  std::fclose(to_);   // it ends at the end of its input
  std::fclose(from_);
  waitpid(id_, nullptr, 0);
}

void LoopProcess::tell(const std::string& line) {
  std::fprintf(to_, "%s\n", line.c_str());
  std::fflush(to_);
}

std::string LoopProcess::answer() {
  std::string line;
  int c = 0;
  while ((c = std::fgetc(from_)) != EOF && c != '\n') line += char(c);
  if (c == EOF) throw SystemError(name_ + ": a loop that is compared ended without an answer");
  return line;
}

train::LoopTime LoopProcess::measure(std::size_t network, std::int64_t batch, std::int64_t steps) {
  std::ostringstream question;
  question << network << ' ' << batch << ' ' << steps;
  tell(question.str());
  const auto text = answer();
  std::istringstream answered(text);
  train::LoopTime time;
  if (!(answered >> time.images >> time.wall >> time.processor >> time.loss))
    throw SystemError(name_ + ": a loop that is compared answered \"" + text + "\"");
  return time;
}

}   // namespace archipel::app
