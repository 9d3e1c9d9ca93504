#include "app/test_files.hpp"

#include "base/digest.hpp"
#include "io/artefact_store.hpp"
#include "io/model_file.hpp"

#include <algorithm>
#include <cmath>

namespace archipel::app {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

Facts of_test(const Facts& facts) {
  Facts found;
  for (const auto& fact : facts)
    if (is_of_test(fact.first)) found.push_back(fact);
  std::ranges::sort(found);
  return found;
}

/// Whether a network that was trained before has met other test files than `here`.
bool met_others(const io::ResultsReader& there, std::size_t stage, const io::Opening& opening, const Facts& here) {
  if (std::isnan(opening.test))
    return opening.files != 0 ? opening.files != mark_of_test(here)
                              : of_test(there.layout().provenance) != of_test(here);
  const auto model = io::ArtefactStore(there.path()).model_path(io::model_name(stage));
  const auto tested = of_test(io::texts_of_model(model));   // the exported network says what it was tested on
  return !tested.empty() && tested != of_test(here);   // without it the score decides, which must come out the same
}

}   // namespace

bool is_of_test(const std::string& name) { return name.starts_with("data.test_"); }

std::uint32_t mark_of_test(const Facts& provenance) {
  Hasher hasher;
  for (const auto& [name, value] : of_test(provenance)) hasher.add(name).add(value);
  return std::uint32_t(hasher.digest().low) | 1;
}

TestFiles test_files_of(const io::ResultsReader& there, const Facts& here) {
  TestFiles files{.mended = of_test(there.layout().provenance) != of_test(here)};
  for (std::size_t stage = 0; stage < there.stage_count(); ++stage)
    for (const auto& opening : there.openings(stage))
      if (met_others(there, stage, opening, here))
        files.problem = there.path() +
                        ": its test set was opened, and the test files are others by now: bring back those that it was "
                        "tested on, or begin another study with these, by --results NAME";
  return files;
}

}   // namespace archipel::app
