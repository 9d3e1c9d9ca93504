#include "app/commands.hpp"
#include "app/resume.hpp"
#include "app/stop.hpp"
#include "base/cpu.hpp"
#include "base/error.hpp"
#include "io/results_reader.hpp"
#include "io/study_file.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

namespace archipel::app {
namespace {
constexpr const char* started_anew =
    "ARCHIPEL_PINNED";   // keeps a program that cannot be pinned from starting for ever

/// None if it is wrong, which all ranks report together once MPI runs, or if nobody gives it to this rank, as from standard input.
std::optional<Study> study_if_right(const RunOptions& options) {
  try {
    return io::read_study(io::read_text(options.study), options.study, options.sets);
  } catch (const InputError&) {
    return {};
  }
}

/// numerics.isa = avx2, or "avx2", of the command line.
std::string isa_of_command(const std::vector<std::string>& sets) {
  auto isa = Study().numerics.isa;
  for (const auto& set : sets) {
    std::string plain;
    for (const char c : set)
      if (c != ' ' && c != '"' && c != '\'') plain += c;
    constexpr std::string_view key = "numerics.isa=";
    if (plain.starts_with(key)) isa = plain.substr(key.size());
  }
  return isa;
}

}   // namespace

std::string isa_of_study(const RunOptions& options) {
  const auto study = study_if_right(options);
  return study ? study->numerics.isa : isa_of_command(options.sets);
}

std::string isa_of_results(const std::string& results, const std::vector<std::string>& sets) {
  try {
    return study_of_results(io::ResultsReader(results), sets).numerics.isa;
  } catch (const std::exception&) {
    return Study().numerics.isa;
  }
}

void pin_numerics(const std::string& isa, char** argv) {
  if (!has_isa(isa)) return;   // perhaps on this node alone: `require_pinned` tells it under MPI, for all ranks
  bool pinned = true;
  for (const auto& [name, value] : pinned_environment(isa)) {
    const char* found = std::getenv(name.c_str());
    if (found && value == found) continue;
    pinned = false;
    setenv(name.c_str(), value.c_str(), 1);
  }
  if (pinned || std::getenv(started_anew)) return;
  setenv(started_anew, "1", 1);
  std::error_code code;
  auto program = std::filesystem::read_symlink("/proc/self/exe", code);   // the process keeps the program's name
  if (code) program = "/proc/self/exe";
  execv(program.c_str(), argv);
  throw_errno("execv", program);
}

void prepare_to_stop(const RunOptions& options) {
  stop_when_signalled(study_if_right(options).value_or(Study()).run.stop_signal);
}

void require_pinned(const std::string& isa) {
  for (const auto& [name, value] : pinned_environment(isa)) {
    const char* found = std::getenv(name.c_str());
    if (found && value == found) continue;
    throw InputError("numerics.isa = \"" + isa + "\" is not in force on every rank (" + name + " = " +
                     (found ? found : "nothing") +
                     " on this one): the study file must be readable on all nodes, at the same path; or give it with "
                     "--set numerics.isa=" +
                     isa);
  }
}

}   // namespace archipel::app
