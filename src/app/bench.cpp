#include "app/bench.hpp"

#include "app/problem.hpp"
#include "app/version.hpp"
#include "base/cpu.hpp"
#include "base/error.hpp"
#include "io/study_file.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>
#include <sstream>
#include <thread>

namespace archipel::app {
namespace {

constexpr const char* default_name = "the default study";

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

BenchSection machine(const BenchOptions& options, const mpi::Communicator& world) {
  BenchRecord record{{"program", version()},
                     {"cpu", cpu_name()},
                     {"cores", std::int64_t(std::thread::hardware_concurrency())},
                     {"isa", resolved_isa(bench_study(options).numerics.isa)},
                     {"ranks", std::int64_t(world.size())}};
  std::istringstream lines(kernels_text());
  std::string numerics;
  for (std::string line; std::getline(lines, line);) numerics += (numerics.empty() ? "" : "; ") + line;
  record.emplace_back("numerics", numerics);
  return {.subject = "machine", .records = {record}};
}

struct Subject {
  std::string name;
  bool on_several_ranks;
  std::function<BenchSection()> measure;
};

}   // namespace

LoadedStudy bench_study(const BenchOptions& options, const mpi::Communicator& world) {
  if (!options.study.empty()) return load_study(options.study, options.sets, world);
  return {.text = default_study, .study = bench_study(options)};
}

Study bench_study(const BenchOptions& options) {
  if (options.study.empty()) return io::read_study(default_study, default_name, options.sets);
  return io::read_study(io::read_text(options.study), options.study, options.sets);
}

int bench(const BenchOptions& options, const mpi::Communicator& world) {
  const std::vector<Subject> subjects{// startup first: nothing may be loaded before it
                                      {"startup", true, [&] { return bench_startup(options, world); }},
                                      {"engine", false, [&] { return bench_engine(options, world); }},
                                      {"exchange", true, [&] { return bench_exchange(options, world); }},
                                      {"results", false, [&] { return bench_results(options, world); }},
                                      {"data", false, [&] { return bench_data(options); }},
                                      {"train", false, [&] { return bench_train(options); }},
                                      {"latency", false, [&] { return bench_latency(options); }}};
  std::vector<BenchSection> sections;
  for (const auto& subject : subjects) {
    if (options.subject.empty() ? world.size() > 1 && !subject.on_several_ranks : options.subject != subject.name)
      continue;
    if (world.size() > 1 && !subject.on_several_ranks)
      throw InputError("bench " + subject.name + " works alone: start it without mpirun");
    auto section = subject.measure();
    if (world.rank() > 0) continue;
    if (sections.empty()) sections.push_back(machine(options, world));
    sections.push_back(std::move(section));
    if (options.json) continue;
    if (sections.size() == 2) {
      std::cout << "machine\n";
      for (const auto& [name, value] : sections[0].records[0]) {
        const auto* number = std::get_if<std::int64_t>(&value);
        std::cout << "  " << name << ": " << (number ? std::to_string(*number) : std::get<std::string>(value)) << "\n";
      }
      std::cout << "medians of " << options.repeats << " (least-most)\n\n";
    }
    std::cout << as_text(sections.back()) << std::flush;
  }
  if (options.json && world.rank() == 0) std::cout << as_json(sections);
  return 0;
}

}   // namespace archipel::app
