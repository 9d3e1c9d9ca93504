#include "app/resume.hpp"

#include "app/problem.hpp"
#include "app/provenance.hpp"
#include "app/test_files.hpp"
#include "base/cpu.hpp"
#include "base/error.hpp"
#include "base/shell.hpp"
#include "io/diff.hpp"
#include "io/results_reader.hpp"
#include "io/study_file.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

namespace archipel::app {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string fact(const Facts& facts, const std::string& name, const char* absent = "unknown") {
  const auto found = std::ranges::find(facts, name, &Facts::value_type::first);
  return found == facts.end() ? absent : found->second;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string difference_of_bits(const std::string& path, const Facts& there, const Facts& here) {
  const auto canary_there = fact(there, "canary"), isa_there = fact(there, "isa"), canary_here = fact(here, "canary"),
             isa_here = fact(here, "isa"), device_there = fact(there, "device"), device_here = fact(here, "device");
  if (canary_there == canary_here && (device_there == device_here || device_there == "unknown")) return "";
  const auto library_there = first_line(fact(there, "kernels")), library_here = first_line(fact(here, "kernels"));
  const bool can_be_set = isa_there != isa_here && isa_there != "native" && has_isa(isa_there);
  return path + ": its kernels, on " + fact(there, "host") + ", gave other bits than those here, on " +
         fact(here, "host") + " (canary " + canary_there + ", here " + canary_here + "; instruction set " + isa_there +
         ", here " + isa_here +
         (device_there == device_here ? "" : "; trained on " + device_there + ", here on " + device_here) +
         (library_here == "unknown" || library_there == library_here
              ? ""
              : "; " + library_there + ", here " + library_here) +
         "): use " +
         (can_be_set ? "--set numerics.isa=" + isa_there
                     : "the same libraries, processors and GPUs, see its /provenance");
}

}   // namespace

std::vector<std::string> differing_data(const std::string& path, const Facts& there, const Facts& here) {
  std::vector<std::string> problems;
  std::set<std::string> names;
  for (const auto* facts : {&there, &here})
    for (const auto& [name, value] : *facts)
      if (!is_of_test(name) && (name.starts_with("data.") || name.starts_with("task."))) names.insert(name);
  for (const auto& name : names) {
    const auto a = fact(there, name.c_str()), b = fact(here, name.c_str());
    if (a != b)
      problems.push_back(path + ": the data differ from those it was made with (checksum " + name + " " + a + ", now " +
                         b + ")");
  }
  return problems;
}

namespace {

/// The stages that begin with other candidates of other files than those of the file at `path` did, a message each.
std::vector<std::string> differing_warm_starts(const std::string& path, const io::ResultsLayout& there,
                                               const io::ResultsLayout& here) {
  std::vector<std::string> problems;
  for (std::size_t stage = 0; stage < here.stages.size(); ++stage) {
    const auto name = "warm." + std::to_string(stage);
    const auto a = fact(there.provenance, name, "none"), b = fact(here.provenance, name, "none");
    if (a != b)
      problems.push_back(path + ": stage " + std::to_string(stage) +
                         " began with other candidates than its warm_start gives now (checksum " + name + " " + a +
                         ", now " + b +
                         "): name the files that it began with, as they were then, wherever they are "
                         "now, with --set stage." +
                         std::to_string(stage) + ".warm_start='[\"FILE\"]'");
  }
  return problems;
}

/// InputError if the file is damaged: nothing can go on with it.
io::ResultsReader whole_file(const std::string& path) {
  try {
    return io::ResultsReader(path);
  } catch (const SystemError& error) {
    throw InputError(std::string(error.what()) +
                     ": nothing goes on with it: take a copy, or begin anew with another --results");
  }
}

}   // namespace

std::int64_t check_agrees(const std::string& path, const io::ResultsLayout& layout,
                          const std::function<bool(const std::string& key)>& may_differ, const std::string& remedy) {
  const auto reader = whole_file(path);
  if (reader.changed()) spdlog::warn("{}: {}", path, io::metadata_changed);
  const auto& there = reader.layout();
  std::vector<std::string> problems;
  for (const auto& difference : io::differing_settings(there.effective_text, layout.effective_text)) {
    const bool canary_decides = difference.field == "numerics.isa" || difference.field == "numerics.device";
    if (canary_decides || may_differ(difference.field)) continue;
    problems.push_back(path + " was made with " + difference.field + " = " + difference.a + ", the study now has " +
                       difference.b);
  }
  if (!problems.empty()) {
    problems.push_back(remedy);
    throw InputError(problems);
  }
  problems = differing_data(path, there.provenance, layout.provenance);
  std::ranges::copy(differing_warm_starts(path, there, layout), std::back_inserter(problems));
  const auto bits = difference_of_bits(path, there.provenance, layout.provenance);
  if (!bits.empty()) problems.push_back(bits);
  if (!problems.empty()) throw InputError(problems);
  return there.stripe;
}

Continued check_continues(const std::string& path, const io::ResultsLayout& layout) {
  const auto there = whole_file(path);
  if (there.packed())
    throw InputError(path +
                     ": a packed copy does not go on: resume the original, or take the rows of this one into a "
                     "new file with --extend " +
                     shell_path(path));
  const auto stripe = check_agrees(
      path, layout, [](const std::string&) { return false; },
      "resume with the study as it was, with the same --set (" + path +
          " has its text in /study, all values in /settings), begin another with --results, or give "
          "a larger budget to a new file with --extend");
  const auto test = test_files_of(there, layout.provenance);
  if (!test.problem.empty()) throw InputError(test.problem);
  return {.stripe = stripe, .mended_test = test.mended};
}

Study study_of_results(const io::ResultsReader& reader, const std::vector<std::string>& sets) {
  std::vector<std::string> all;
  std::istringstream effective(reader.layout().effective_text);
  for (std::string line; std::getline(effective, line);) {
    const auto equals = line.find(" = ");
    if (equals != std::string::npos) all.push_back(line.substr(0, equals) + "=" + line.substr(equals + 3));
  }
  all.insert(all.end(), sets.begin(), sets.end());
  return io::read_study(reader.layout().study_text, reader.path() + ":/study", all);
}

std::string canary_difference(const std::string& path, const Facts& provenance, const Problem& problem,
                              const std::string& isa) {
  return difference_of_bits(path, provenance,
                            {{"canary", problem.canary().hex()},
                             {"isa", resolved_isa(isa)},
                             {"device", problem.device()},
                             {"host", host_name()}});
}

}   // namespace archipel::app
