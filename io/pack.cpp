#include "io/pack.hpp"

#include "base/error.hpp"
#include "base/shell.hpp"
#include "io/artefact_store.hpp"
#include "io/file_system.hpp"
#include "io/hdf5.hpp"
#include "io/layout_store.hpp"
#include "io/results_file.hpp"
#include "io/results_reader.hpp"
#include "io/verify.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace archipel::io {
namespace {

/// Places of each island that hold something, in `set` of a stage; at least one, as HDF5's chunks want it.
std::int64_t used_places(const ResultsReader& reader, std::size_t stage, const DataSet& set) {
  if (set.name == "openings" || set.name == "ended") return set.per_island();
  std::int64_t used = 1;
  if (set.name == "front") return std::max(used, std::int64_t(reader.front(stage).members.size()));
  for (std::int32_t island = 0; island < std::int32_t(reader.layout().stages[stage].islands); ++island) {
    if (set.name == "migration") {
      used = std::max(used, std::int64_t(reader.migrations(stage, island).migrations.size()));
    } else {
      const auto rows = reader.rows(stage, island).rows;
      // A window behind the last row: what was in flight when the study stopped stands in `run`.
      if (!rows.empty()) used = std::max(used, rows.back().origin.ask + 1 + reader.layout().stages[stage].window);
    }
  }
  return std::min(used, set.per_island());
}

H5Set copy_set(const ResultsReader& reader, std::size_t stage, hid_t group, const DataSet& wanted) {
  auto shape = wanted.shape;
  const auto used = used_places(reader, stage, wanted);
  if (shape.size() > 1) shape[1] = used;
  const auto island_bytes = std::size_t(used * wanted.place_bytes());
  std::vector<std::byte> content(std::size_t(shape[0]) * island_bytes);
  for (std::int64_t island = 0; island < shape[0]; ++island) {
    reader.read(stage, wanted.name, island, 0,
                std::span(content).subspan(std::size_t(island) * island_bytes, island_bytes));
  }
  return make_packed_set(group, wanted.name, type_of(wanted.record), shape, content);
}

void copy_model(const std::string& path, hid_t models, const std::string& name) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return;   // of a study that has not come so far
  const auto model = open_results(path);
  check(H5Ocopy(model, "/", models, name.c_str(), H5P_DEFAULT, H5P_DEFAULT), "H5Ocopy", path);
}

void fill(const ResultsReader& reader, const std::string& path, std::int64_t block_bytes) {
  const QuietHdf5 quiet;
  const auto access = access_to_make(path);
  const H5List creation(check(H5Pcreate(H5P_FILE_CREATE), "H5Pcreate", path));
  check(H5Pset_userblock(creation, hsize_t(block_bytes)), "H5Pset_userblock", path);
  check(H5Pset_obj_track_times(creation, false), "H5Pset_obj_track_times", path);
  H5File file(check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access), "H5Fcreate", path));
  const ArtefactStore store(reader.path());
  std::size_t stage = 0;   // stages come in order
  write_layout(
      file, reader.layout(),
      {.make_set =
           [&](hid_t group, const std::string& name, const DataSet& wanted) {
             while (!name.starts_with("stages/" + reader.name_of_stage(stage) + "/")) ++stage;
             return copy_set(reader, stage, group, wanted);
           },
       .add_model = [&](hid_t models, const std::string& name) { copy_model(store.model_path(name), models, name); }});
  check(H5Fclose(file.release()), "H5Fclose", path);
}

}   // namespace

void pack(const std::string& from, const std::string& to) {
  const ResultsReader reader(from);
  if (reader.packed()) throw InputError(from + ": is packed already");
  if (const auto found = verify(reader); !found.problems.empty())
    throw InputError(from + ": " + found.problems.front() + ": `archipel verify " + shell_path(from) + "` shows all");
  if (std::filesystem::exists(std::filesystem::symlink_status(to)))
    throw InputError(to + ": exists already and is never overwritten: name another file");
  const auto temporary = temporary_name(to);
  const auto block_bytes = user_block_bytes(0, 0);
  try {
    fill(reader, temporary, block_bytes);
    seal(temporary, to, block_bytes, {});
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

}   // namespace archipel::io
