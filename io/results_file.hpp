#pragma once

#include "io/schema.hpp"
#include "mpi/communicator.hpp"

#include <string>

namespace archipel::io {

/// Makes the results file with its final layout: HDF5 on rank 0 under a temporary name, then digests into the user block,
/// sync, rename. Collective on `communicator`; `path` and `layout` are those of rank 0. No HDF5 or MPI-IO handle is open
/// when it returns. On every rank, and without a trace on the disk, InputError if the file exists already (it is never
/// overwritten), if its folder cannot be written, or if the layout does not fit a file; SystemError if there is no room or a
/// call fails.
void create_results(const std::string& path, const ResultsLayout& layout, const mpi::Communicator& communicator);

/// "results.artefacts" for "results.h5": the folder beside it.
std::string artefact_folder(const std::string& results_path);

}   // namespace archipel::io
