#include "io/results_file.hpp"

#include "base/error.hpp"
#include "io/descriptor.hpp"
#include "io/hdf5.hpp"
#include "io/layout_store.hpp"
#include "io/user_block.hpp"
#include "mpi/collectives.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

namespace archipel::io {
namespace {

namespace fs = std::filesystem;

// Written and synced before HDF5 starts, because a rank that finds the disk full within a collective HDF5 call would leave the
// others waiting in it. More than the metadata of any ordinary study.
constexpr std::size_t room_bytes = std::size_t{1} << 20;

void check_layout(const ResultsLayout& layout) {
  if (layout.stripe < 512 || layout.stripe > (std::int64_t{1} << 28) ||
      !std::has_single_bit(std::uint64_t(layout.stripe))) {
    throw InputError("results.stripe = " + std::to_string(layout.stripe) + ": a power of two from 512 to 268435456");
  }
  constexpr double largest = double(std::numeric_limits<std::int64_t>::max()) / 4;
  double bytes = 0;
  for (std::size_t number = 0; number < layout.stages.size(); ++number) {
    const auto& stage = layout.stages[number];
    const auto name = "stage " + stage_name(number, stage);
    if (stage.islands < 1 || stage.max_rows < 1) throw InputError(name + ": at least one island and one row");
    if (double(stage.max_rows) > largest)
      throw InputError(name + ": budget.max_rows = " + std::to_string(stage.max_rows) + " is too large");
    for (const auto& set : data_sets(layout.space, stage, layout.stripe)) {
      double set_bytes = double(set.record.bytes);
      for (const auto extent : set.shape) set_bytes *= double(extent);
      bytes += set_bytes;
    }
  }
  if (bytes > largest)
    throw InputError("budget.max_rows: the results file would have " + std::to_string(bytes) + " bytes");
}

[[noreturn]] void refuse_existing(const std::string& path) {
  throw InputError(path +
                   ": exists already and is never overwritten: choose another name with --results, or look at it with "
                   "`archipel status " +
                   path + "`");
}

// On rank 0. Returns the name of an empty file beside `path` on a disk with room.
std::string make_temporary(const std::string& path) {
  std::error_code code;
  if (fs::exists(fs::symlink_status(path, code))) refuse_existing(path);
  const auto folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::is_directory(folder, code)) {
    throw InputError(path + ": the folder " + folder.string() +
                     " does not exist: make it or choose another place with --results");
  }
  const auto temporary = temporary_name(path);
  const int id = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (id < 0) {
    const int reason = errno;
    throw InputError(path + ": its folder cannot be written (" + std::strerror(reason) +
                     "): choose another place with --results");
  }
  ::close(id);
  try {
    Descriptor file(temporary, O_RDWR);
    const std::vector<std::byte> room(room_bytes, std::byte{1});
    file.write_at(room, 0);
    file.sync();
    if (::truncate(temporary.c_str(), 0) != 0) throw_errno("truncate", temporary);
  } catch (const SystemError& error) {
    ::unlink(temporary.c_str());
    throw SystemError(path + ": cannot make the results file: " + error.what());
  }
  return temporary;
}

// Collective. Returns the places of the stages' data sets.
std::vector<Extent> fill_file(const std::string& temporary, const ResultsLayout& layout, std::int64_t block_bytes,
                              const std::string& artefacts, const mpi::Communicator& communicator) {
  const QuietHdf5 quiet;
  const H5List access(check(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate", temporary));
  check(H5Pset_fapl_mpio(access, communicator.handle(), MPI_INFO_NULL), "H5Pset_fapl_mpio", temporary);
  check(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18), "H5Pset_libver_bounds", temporary);
  check(H5Pset_alignment(access, hsize_t(layout.stripe), hsize_t(layout.stripe)), "H5Pset_alignment", temporary);
  const H5List creation(check(H5Pcreate(H5P_FILE_CREATE), "H5Pcreate", temporary));
  check(H5Pset_userblock(creation, hsize_t(block_bytes)), "H5Pset_userblock", temporary);
  check(H5Pset_obj_track_times(creation, false), "H5Pset_obj_track_times", temporary);
  H5File file(check(H5Fcreate(temporary.c_str(), H5F_ACC_TRUNC, creation, access), "H5Fcreate", temporary));
  auto extents = write_layout(file, layout, artefacts, communicator.rank() == 0);
  check(H5Fclose(file.release()), "H5Fclose", temporary);
  return extents;
}

// On rank 0: digests, user block, sync, final name.
void seal(const std::string& temporary, const std::string& path, std::int64_t block_bytes,
          const std::vector<Extent>& extents) {
  Descriptor file(temporary, O_RDWR);
  std::int64_t end = file.size();
  for (const auto& extent : extents) end = std::max(end, extent.offset + extent.bytes);
  if (end != file.size() && ::truncate(temporary.c_str(), end) != 0) throw_errno("truncate", temporary);
  file.write_at(encode({.schema = schema_version,
                        .bytes = block_bytes,
                        .file_bytes = end,
                        .metadata = metadata_digest(file, block_bytes, extents),
                        .extents = extents}),
                0);
  file.sync();
  file.close();
  if (!rename_without_replacing(temporary, path)) refuse_existing(path);
  sync_folder_of(path);
}

}   // namespace

std::string artefact_folder(const std::string& results_path) {
  const fs::path path(results_path);
  const auto stem = path.extension() == ".h5" ? path.stem() : path.filename();
  return (path.parent_path() / stem).string() + ".artefacts";
}

void create_results(const std::string& path, const ResultsLayout& layout, const mpi::Communicator& communicator) {
  std::string temporary;
  mpi::on_root(communicator, [&] {
    check_layout(layout);
    temporary = make_temporary(path);
  });
  mpi::broadcast(communicator, temporary);

  auto shared = layout;
  shared.provenance.resize(layout.provenance.size());
  for (auto& [name, value] : shared.provenance) {
    mpi::broadcast(communicator, name);
    mpi::broadcast(communicator, value);
  }
  try {
    std::size_t sets = 0;
    for (const auto& stage : layout.stages) sets += data_sets(layout.space, stage, layout.stripe).size();
    const auto block_bytes = user_block_bytes(sets, layout.stripe);
    const auto artefacts = fs::path(artefact_folder(path)).filename().string();
    std::vector<Extent> extents;
    mpi::on_all(communicator, [&] { extents = fill_file(temporary, shared, block_bytes, artefacts, communicator); });
    mpi::on_root(communicator, [&] { seal(temporary, path, block_bytes, extents); });
  } catch (...) {
    if (communicator.rank() == 0) ::unlink(temporary.c_str());
    throw;
  }
}

}   // namespace archipel::io
