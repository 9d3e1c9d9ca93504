#pragma once

#include "app/bench_report.hpp"
#include "app/read_study.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace archipel::app {

struct BenchOptions {
  std::string subject;   // empty: all
  bool json = false;
  int repeats = 5;
  std::string study;                                                  // study file; empty: the default study
  std::vector<std::string> sets;                                      // key=value
  std::string folder = ".";                                           // where files are written
  std::int64_t evaluations = 1'000'000;                               // most of one search, and rows
  std::vector<std::int64_t> parameters = {20'000, 60'000, 200'000};   // of networks
  std::int64_t batch = 128, shards = 4;
  std::int64_t images = 2048;                // in one measurement
  std::string python = "/usr/bin/python3";   // whose PyTorch is measured too
  bool describe = false;                     // prints the networks instead
  std::string loop;                          // this process is one of the loops that are compared
  double launch = 0;                         // s from the start of the launcher to that of the process
  double began = 0;                          // s from the start of the process to this program's first line
};

/// Measures this program on this machine and prints what it found. Collective over `world`; on several ranks there are the subjects
/// exchange and startup.
int bench(const BenchOptions& options, const mpi::Communicator& world);
/// What `options.loop` asks for, told and answered line by line; or the description of the networks. Without MPI.
int bench_loop(const BenchOptions& options);

// The subjects, by file of their name.
BenchSection bench_startup(const BenchOptions& options, const mpi::Communicator& world);
BenchSection bench_engine(const BenchOptions& options, const mpi::Communicator& world);
BenchSection bench_exchange(const BenchOptions& options, const mpi::Communicator& world);
BenchSection bench_results(const BenchOptions& options, const mpi::Communicator& world);
BenchSection bench_data(const BenchOptions& options);
BenchSection bench_train(const BenchOptions& options);
BenchSection bench_latency(const BenchOptions& options);

/// The study of the options, or the default study. Collective.
LoadedStudy bench_study(const BenchOptions& options, const mpi::Communicator& world);
/// The same, alone.
Study bench_study(const BenchOptions& options);

// Texts that the program brings with it.
extern const char* const default_study;     // jobs/studies/fashion-mnist.toml
extern const char* const pytorch_program;   // tests/bench/pytorch_loop.py

}   // namespace archipel::app
