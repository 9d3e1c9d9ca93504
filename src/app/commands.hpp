#pragma once

#include <string>
#include <vector>

namespace archipel::mpi {
class Communicator;
class Session;
}   // namespace archipel::mpi

namespace archipel::app {

struct RunOptions {
  std::string study;                // path of the study file
  std::string results;              // path of the results file; "none": keep none; empty: <name of the study>.h5
  std::vector<std::string> sets;    // key=value
  bool quiet = false;               // no progress lines
  bool resume = false;              // go on with what the results file holds; InputError if there is none
  bool resume_if_present = false;   // the same, or begin if there is none
  std::string extend;               // results file whose rows need not be evaluated again; empty: none
};

inline constexpr int stopped_early = 3;   // exit code of a run that can go on

// Every command returns the exit code and writes to standard output; mistakes are thrown. `run` is collective over all ranks;
// the others work alone, `world` has one rank then.
int run(const RunOptions& options, mpi::Session& session);
int check(const std::string& study, const std::vector<std::string>& sets, const mpi::Communicator& world);
int simulate(const std::string& study, const std::vector<std::string>& sets, int teams, const mpi::Communicator& world);
int status(const std::string& results, bool follow, bool exit_code);
/// Prints all rows, or those of a stage ("0" or "0-search"), as comma-separated values, or writes them to a new file. Returns 1 if
/// some do not hold.
int rows(const std::string& results, const std::string& stage, const std::string& output);
int diff(const std::string& a, const std::string& b);
/// Makes a compact copy of a results file; `packed` empty: <name>.packed.h5.
int pack(const std::string& results, const std::string& packed);
/// Removes the files beside a results file that nothing in it needs, or only shows them.
int clean(const std::string& results, bool dry_run);
/// Checks everything in and beside a results file. With a `world` of one rank also the kernels' bits, and evaluates `sample` rows
/// again. Returns 1 if something does not hold.
int verify(const std::string& results, std::int64_t sample, const std::vector<std::string>& sets,
           const mpi::Communicator* world);

/// Sets what fixes the numerics of this process and starts the program anew if the environment was another.
/// Must be called before MPI is initialised.
void pin_numerics(const std::string& isa, char** argv);
/// numerics.isa of a study or of the one in a results file, native if that cannot be read: the mistake is reported later.
std::string isa_of_study(const RunOptions& options);
std::string isa_of_results(const std::string& results, const std::vector<std::string>& sets);
/// Lets the study's signal stop this process in good order. Before MPI is initialised, after `pin_numerics`.
void prepare_to_stop(const RunOptions& options);
/// InputError if this process is not pinned to `isa`, as when it could not read the study.
void require_pinned(const std::string& isa);

}   // namespace archipel::app
