#include "app/launcher.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace archipel::app {
namespace {

/// 0 if the variable is not set, or no number.
int number(const Environment& environment, const char* name) {
  const char* text = environment(name);
  int value = 0;
  if (text) std::from_chars(text, text + std::string_view(text).size(), value);
  return value;
}

}   // namespace

std::string one_of_several(const Environment& environment) {
  const auto shown = [&](const char* name) { return name + (" = " + std::string(environment(name))); };
  // A launcher of MPI may have been started by Slurm, one task a node: what it says itself is nearer to the truth.
  bool launched = false;
  for (const char* name :
       {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS", "MV2_COMM_WORLD_SIZE", "JSM_NAMESPACE_SIZE"}) {
    if (number(environment, name) > 1) return shown(name);
    launched = launched || number(environment, name) == 1;
  }
  if (launched) return "";
  if (number(environment, "SLURM_STEP_NUM_TASKS") > 1) return shown("SLURM_STEP_NUM_TASKS");
  for (const char* name : {"PMIX_RANK", "PMI_RANK"})
    if (number(environment, name) > 0) return shown(name);
  return "";
}

void require_launcher(int ranks, const std::string& library, const std::string& said) {
  if (ranks > 1 || said.empty()) return;
  throw InputError("a launcher started this as one of several tasks (" + said +
                   "), but MPI sees one rank: each task would do the whole work alone. Start it with the launcher of "
                   "the MPI that it was built with (" +
                   library +
                   "), which is mpirun -n RANKS, or under Slurm srun --mpi=pmix (srun --mpi=list shows what there is); "
                   "--alone if each task is to be a run of its own");
}

}   // namespace archipel::app
