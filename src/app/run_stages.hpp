#pragma once

#include "app/commands.hpp"
#include "app/problem.hpp"
#include "app/read_study.hpp"
#include "app/stop.hpp"
#include "io/schema.hpp"
#include "mpi/replicas.hpp"

#include <string>
#include <vector>

namespace archipel::app {

/// One run of a study on all ranks, after everything that could be wrong with the user's input has been looked at.
struct RunContext {
  const LoadedStudy& loaded;
  Problem& problem;
  const io::ResultsLayout& layout;
  const std::string& results;   // path of the file, which is there; empty: nothing is kept
  bool goes_on;                 // with the rows that are there
  const RunOptions& options;
  const std::vector<std::vector<Genome>>& warm;   // by stage: what its islands evaluate first
  const StopClock& clock;
  const mpi::Communicator& world;
  const mpi::Teams& teams;
};

/// Runs the stages of the study one after the other. Every rank calls it; what a rank throws ends the job, because others may be
/// waiting for it. Stopped if the run was asked to stop. Returns the best of the last stage, the same on all ranks.
std::vector<Candidate> run_stages(const RunContext& context);

}   // namespace archipel::app
