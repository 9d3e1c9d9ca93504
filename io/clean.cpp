#include "io/clean.hpp"

#include "base/error.hpp"
#include "io/checkpoint_store.hpp"
#include "io/file_system.hpp"
#include "io/results_file.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

namespace archipel::io {
namespace {

namespace fs = std::filesystem;

/// Digests in hexadecimal.
struct Reached {
  std::set<std::string> artefacts, rows;   // rows: their keys
};

Reached reached_from(const ResultsReader& reader) {
  Reached reached;
  for (std::size_t stage = 0; stage < reader.stage_count(); ++stage) {
    for (std::int32_t island = 0; island < std::int32_t(reader.layout().stages[stage].islands); ++island) {
      for (const auto& row : reader.rows(stage, island).rows) {
        reached.rows.insert(row.key.hex());
        if (row.evaluation.weights) reached.artefacts.insert(row.evaluation.weights.hex());
      }
    }
    for (const auto& opening : reader.openings(stage)) reached.artefacts.insert(opening.model.hex());
  }
  return reached;
}

bool is_digest(const std::string& name) {
  return name.size() == 32 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// The files of a folder, in order of their names; none if there is no folder.
std::vector<fs::path> files_of(const fs::path& folder) {
  std::error_code code;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  if (code && code != std::errc::no_such_file_or_directory)
    throw SystemError("opendir(" + folder.string() + "): " + code.message());
  std::ranges::sort(files);
  return files;
}

}   // namespace

std::vector<Litter> unreachable(const ResultsReader& reader) {
  const auto reached = reached_from(reader);
  std::vector<Litter> litter;
  const auto add = [&](const fs::path& path, const char* why) {
    const auto age = fs::file_time_type::clock::now() - fs::last_write_time(path);
    litter.push_back({path.string(), std::int64_t(fs::file_size(path)), why,
                      std::chrono::duration_cast<std::chrono::seconds>(age).count()});
  };
  const auto cut_off = [](const fs::path& path, const std::string& of = "") {
    const auto name = path.filename().string();
    return name.starts_with(of) && name.find(".partial-") != std::string::npos;
  };
  const fs::path results(real_name(reader.path())), artefacts(artefact_folder(reader.path()));
  for (const auto& path : files_of(results.has_parent_path() ? results.parent_path() : ".")) {
    if (cut_off(path, results.filename().string() + ".partial-")) add(path, "a creation that was cut off");
  }
  for (const auto& folder : {artefacts, artefacts / "models", fs::path(checkpoint_folder(reader.path()))}) {
    const bool checkpoints = folder.filename() == "checkpoints";
    for (const auto& path : files_of(folder)) {
      const auto name = path.filename().string();
      if (cut_off(path)) add(path, "a write that was cut off");
      else if (checkpoints && reached.rows.contains(name)) add(path, "a checkpoint of an evaluation that is done");
      else if (folder == artefacts && is_digest(name) && !reached.artefacts.contains(name))
        add(path, "an artefact that no row names");
    }
  }
  return litter;
}

}   // namespace archipel::io
