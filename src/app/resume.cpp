#include "app/resume.hpp"

#include "base/error.hpp"
#include "io/diff.hpp"
#include "io/results_reader.hpp"

#include <algorithm>

namespace archipel::app {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string fact(const Facts& facts, const std::string& name) {
  const auto found = std::ranges::find(facts, name, &Facts::value_type::first);
  return found == facts.end() ? "unknown" : found->second;
}

}   // namespace

std::int64_t check_continues(const std::string& path, const io::ResultsLayout& layout) {
  const io::ResultsReader reader(path);
  const auto& there = reader.layout();
  std::vector<std::string> problems;
  for (const auto& difference : io::differing_settings(there.effective_text, layout.effective_text)) {
    if (difference.field == "numerics.isa") continue;   // the canary decides
    problems.push_back(path + " was made with " + difference.field + " = " + difference.a + ", the study now has " +
                       difference.b);
  }
  if (!problems.empty()) {
    problems.push_back("resume with the study as it was, with the same --set (" + path +
                       " has its text in /study, all values in /settings), or begin another with --results");
    throw InputError(problems);
  }
  for (const auto* name : {"data.train", "data.test_images", "data.test_labels", "data.table"}) {
    const auto a = fact(there.provenance, name), b = fact(layout.provenance, name);
    if (a != b)
      problems.push_back(path + ": the data differ from those it was made with (checksum " + name + " " + a + ", now " +
                         b + ")");
  }
  const auto a = fact(there.provenance, "canary"), b = fact(layout.provenance, "canary");
  if (a != b) {
    const auto isa = fact(there.provenance, "isa"), here = fact(layout.provenance, "isa");
    problems.push_back(
        path + ": its kernels gave other bits than those here (canary " + a + ", here " + b + "; instruction set " +
        isa + ", here " + here + "): resume " +
        (isa != here ? "with --set numerics.isa=" + isa : "with the same libraries, see its /provenance"));
  }
  if (!problems.empty()) throw InputError(problems);
  return there.stripe;
}

}   // namespace archipel::app
