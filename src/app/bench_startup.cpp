#include "app/bench.hpp"
#include "app/problem.hpp"
#include "app/process_times.hpp"
#include "app/provenance.hpp"
#include "base/error.hpp"
#include "mpi/collectives.hpp"
#include "search/archipelago.hpp"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <fstream>

namespace archipel::app {
namespace {

/// MiB, NaN if the system does not tell.
double memory(const char* file, const std::string& name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  return std::nan("");
}

/// Over all ranks. Collective.
Spread over_ranks(double mine, const mpi::Communicator& world) {
  std::vector<double> values;
  for (const auto& value : mpi::all_gather(world, fmt::format("{}", mine))) values.push_back(std::stod(value));
  return spread_of(values);
}

/// From one phase to the next. `end` is collective.
class Phases {
 public:
  explicit Phases(const mpi::Communicator& world) : world_(world) {}
  void add(const std::string& name, double seconds, double resident) {
    records_.push_back(
        {{"phase", name}, {"ms", over_ranks(1e3 * seconds, world_)}, {"resident_mib", over_ranks(resident, world_)}});
  }
  void end(const std::string& name) {
    const double now = seconds_since_start();
    add(name, now - last_, memory("/proc/self/status", "VmRSS"));
    last_ = seconds_since_start();
  }
  void begin_at(double seconds) { last_ = seconds; }
  std::vector<BenchRecord> take() { return std::move(records_); }

 private:
  const mpi::Communicator& world_;
  double last_ = 0;
  std::vector<BenchRecord> records_;
};

}   // namespace

BenchSection bench_startup(const BenchOptions& options, const mpi::Communicator& world) {
  const double in_mpi = seconds_since_start(), resident = memory("/proc/self/status", "VmRSS");
  Phases phases(world);
  if (world.size() > 1) phases.add("launcher to process", options.launch, std::nan(""));
  phases.add("process to program", options.began, std::nan(""));
  phases.add("MPI", in_mpi - options.began, resident);
  phases.begin_at(seconds_since_start());

  const auto loaded = bench_study(options, world);
  const Study& study = loaded.study;
  phases.end("study");
  prepare_kernels();
  const auto myself = world.split(world.rank(), 0);   // each rank trains alone
  const auto problem = load_problem(study, options.study, world, &myself);
  phases.end("data");
  provenance(study, *problem, world);
  phases.end("canary");
  const auto evaluator = problem->evaluator(0);
  mpi::on_all(world, [&] { check_limits(study, 0, problem->space(), *evaluator); });
  const auto genome = reference_genome(study, 0, 0, problem->space(), *evaluator);
  double ready = 0, stepped = 0;
  evaluator->abandon = [&] {   // before each step
    (ready == 0 ? ready : stepped) = seconds_since_start();
    return stepped > 0;
  };
  const double begun = seconds_since_start();
  try {
    evaluator->evaluate(genome, evaluator->key(genome));
  } catch (const Stopped&) {
  }
  if (stepped == 0) stepped = seconds_since_start();   // it had one step
  if (ready == 0) ready = begun;
  const double now_resident = memory("/proc/self/status", "VmRSS");
  phases.add("network", ready - begun, std::nan(""));
  phases.add("first step", stepped - ready, now_resident);
  phases.add("total", stepped + options.launch, now_resident);

  BenchSection section{.subject = "startup", .records = phases.take()};
  BenchRecord record;
  for (const char* name : {"VmHWM", "RssAnon", "RssFile", "RssShmem"})
    record.emplace_back(std::string(name) + "_mib", over_ranks(memory("/proc/self/status", name), world));
  record.emplace_back("Pss_mib", over_ranks(memory("/proc/self/smaps_rollup", "Pss"), world));
  section.records.push_back(record);
  section.notes.push_back("measured once; the spread is over " + std::to_string(world.size()) +
                          " rank(s); the start of a process is known to 10 ms");
  return section;
}

}   // namespace archipel::app
