#pragma once

#include <functional>
#include <string>

namespace archipel::app {

/// A variable of the environment, null if it is not set.
using Environment = std::function<const char*(const char* name)>;

/// What a launcher says that started this process as one of several tasks, as "PMI_SIZE = 4"; empty if none did. Only what holds
/// for a single step counts: SLURM_NTASKS is set in a job's script as well, which is one process.
std::string one_of_several(const Environment& environment);

/// InputError if MPI sees one rank although a launcher said, before MPI started, that there are several tasks: each would do the whole
/// work. (An MPI that sees one rank may set a launcher's variables itself.) `library`: the MPI that the program was built with.
void require_launcher(int ranks, const std::string& library, const std::string& said);

}   // namespace archipel::app
