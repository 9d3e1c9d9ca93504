#include "io/results_file.hpp"

#include "base/error.hpp"
#include "base/shell.hpp"
#include "io/descriptor.hpp"
#include "io/file_system.hpp"
#include "io/hdf5.hpp"
#include "io/layout_store.hpp"
#include "io/user_block.hpp"
#include "mpi/collectives.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

namespace archipel::io {
namespace {

namespace fs = std::filesystem;

// More than the metadata of any ordinary study.
constexpr std::size_t room_bytes = std::size_t{1} << 20;

[[noreturn]] void refuse_existing(const std::string& path) {
  std::error_code code;
  if (fs::is_symlink(path, code) && !fs::exists(path, code))
    throw InputError(path + ": is a symbolic link to " + fs::read_symlink(path, code).string() +
                     ", which is not there: remove the link, or name the file itself with --results");
  throw InputError(path +
                   ": exists already and is never overwritten: go on with it by --resume, choose another name with "
                   "--results, or look at it with `archipel status " +
                   shell_path(path) + "`");
}

// The file links to its models by name: those of an earlier run would pass for its own.
void refuse_models(const std::string& path, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const auto model = fs::path(artefact_folder(path)) / "models" / (name + ".h5");
    std::error_code code;
    if (fs::exists(fs::symlink_status(model, code)))
      throw InputError(model.string() + ": exists already, from an earlier run: rename or remove the folder " +
                       artefact_folder(path) + ", or choose another place with --results");
  }
}

// Returns the name of a new, empty file beside `path`.
std::string make_temporary(const std::string& path) {
  std::error_code code;
  const auto folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::is_directory(folder, code)) {
    throw InputError(path + ": the folder " + folder.string() +
                     " does not exist: make it or choose another place with --results");
  }
  const auto temporary = temporary_name(path);
  const int id = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (id < 0) {
    const int reason = errno;
    throw InputError(path + ": its folder cannot be written (" + std::strerror(reason) +
                     "): choose another place with --results");
  }
  ::close(id);
  return temporary;
}

// Is there room for the metadata, may a file be so large? Before HDF5 starts, whose errors do not say what is wrong.
void check_room(const std::string& temporary, std::int64_t data_bytes) {
  Descriptor file(temporary, O_RDWR);
  file.write_at(std::vector<std::byte>(room_bytes, std::byte{1}), 0);
  file.sync();
  for (const std::int64_t size : {data_bytes + std::int64_t(room_bytes), std::int64_t{0}}) {
    if (::truncate(temporary.c_str(), size) != 0) throw_errno("truncate", temporary);
  }
}

Extent extent_of(hid_t set, const std::string& name, const DataSet& made) {
  const haddr_t offset = H5Dget_offset(set);
  if (offset == HADDR_UNDEF) throw SystemError("H5Dget_offset(" + name + "): not allocated");
  return {name, std::int64_t(offset), made.bytes()};
}

// On rank 0 alone, without MPI-IO: over all ranks each would write its share of the metadata, and one that found the disk full
// would leave the others waiting; MPI-IO does not say why a write failed either. Returns the places of the stages' data sets.
std::vector<Extent> fill_file(const std::string& temporary, const ResultsLayout& layout, std::int64_t block_bytes,
                              const std::string& artefacts) {
  const QuietHdf5 quiet;
  const auto access = access_to_make(temporary);
  check(H5Pset_alignment(access, hsize_t(layout.stripe), hsize_t(layout.stripe)), "H5Pset_alignment", temporary);
  const H5List creation(check(H5Pcreate(H5P_FILE_CREATE), "H5Pcreate", temporary));
  check(H5Pset_userblock(creation, hsize_t(block_bytes)), "H5Pset_userblock", temporary);
  check(H5Pset_obj_track_times(creation, false), "H5Pset_obj_track_times", temporary);
  H5File file(check(H5Fcreate(temporary.c_str(), H5F_ACC_TRUNC, creation, access), "H5Fcreate", temporary));
  std::vector<Extent> extents;
  write_layout(file, layout,
               {.make_set =
                    [&](hid_t group, const std::string& name, const DataSet& wanted) {
                      auto set = make_set(group, wanted.name, type_of(wanted.record), wanted.shape);
                      extents.push_back(extent_of(set, name, wanted));
                      return set;
                    },
                .add_model =
                    [&](hid_t models, const std::string& name) {
                      check(H5Lcreate_external((artefacts + "/models/" + name + ".h5").c_str(), "/", models,
                                               name.c_str(), H5P_DEFAULT, H5P_DEFAULT),
                            "H5Lcreate_external", name);
                    }});
  std::ranges::sort(extents, {}, &Extent::offset);
  check(H5Fclose(file.release()), "H5Fclose", temporary);
  return extents;
}

}   // namespace

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
  if (!name_durably(temporary, path)) refuse_existing(path);
}

std::string artefact_folder(const std::string& results_path) {
  const fs::path path(real_name(results_path));
  const auto stem = path.extension() == ".h5" ? path.stem() : path.filename();
  return (path.parent_path() / stem).string() + ".artefacts";
}

std::int64_t check_layout(const ResultsLayout& layout) {
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
    if (double(stage.max_rows) * double(stage.islands) > largest)
      throw InputError(name + ": the results file cannot have " + std::to_string(stage.max_rows) +
                       " rows for each island: set a smaller budget, or budget.max_rows");
    for (const auto& set : data_sets(layout.space, stage, layout.stripe)) {
      double set_bytes = double(set.record.bytes);
      for (const auto extent : set.shape) set_bytes *= double(extent);
      bytes += set_bytes;
    }
  }
  if (bytes > largest)
    throw InputError("budget.max_rows: the results file would have " + std::to_string(bytes) + " bytes");
  return std::int64_t(bytes);
}

void create_results(const std::string& path, const ResultsLayout& layout, const mpi::Communicator& communicator) {
  mpi::on_root(communicator, [&] {
    const auto data_bytes = check_layout(layout);
    std::error_code code;
    if (fs::exists(fs::symlink_status(path, code))) refuse_existing(path);
    refuse_models(path, layout.models);
    const auto temporary = make_temporary(path);
    try {
      check_room(temporary, data_bytes);
      std::size_t sets = 0;
      for (const auto& stage : layout.stages) sets += data_sets(layout.space, stage, layout.stripe).size();
      const auto block_bytes = user_block_bytes(sets, layout.stripe);
      const auto artefacts = fs::path(artefact_folder(path)).filename().string();
      seal(temporary, path, block_bytes, fill_file(temporary, layout, block_bytes, artefacts));
    } catch (const SystemError& error) {
      ::unlink(temporary.c_str());
      throw SystemError(path + ": cannot make the results file (is there room on its disk?): " + error.what());
    } catch (...) {
      ::unlink(temporary.c_str());
      throw;
    }
  });
}

}   // namespace archipel::io
