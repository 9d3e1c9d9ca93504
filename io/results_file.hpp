#pragma once

#include "io/schema.hpp"
#include "io/user_block.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace archipel::io {

/// The bytes of all data sets. InputError if the layout does not fit a file.
std::int64_t check_layout(const ResultsLayout& layout);

/// Makes the results file with its final layout: HDF5 on rank 0 under a temporary name, then digests into the user block,
/// sync, rename. Collective on `communicator`; `path` and `layout` are those of rank 0. No HDF5 or MPI-IO handle is open
/// when it returns. On every rank, and without a trace on the disk, InputError if the file exists already (it is never
/// overwritten), if its folder cannot be written, or if the layout does not fit a file; SystemError if there is no room or a
/// call fails.
void create_results(const std::string& path, const ResultsLayout& layout, const mpi::Communicator& communicator);

/// Ends the making of a file, alone: digests and `extents` (sorted) into the user block of the HDF5 file `temporary`, sync, and its
/// name `path`. InputError if that exists.
void seal(const std::string& temporary, const std::string& path, std::int64_t block_bytes,
          const std::vector<Extent>& extents);

/// "results.artefacts" for "results.h5": the folder beside it; for a symbolic link that beside the file it leads to.
std::string artefact_folder(const std::string& results_path);

}   // namespace archipel::io
