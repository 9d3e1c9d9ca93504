#include "io/verify.hpp"

#include "io/artefact_store.hpp"
#include "io/front.hpp"
#include "io/model_file.hpp"
#include "io/results_file.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace archipel::io {
namespace {

class Verifier {
 public:
  explicit Verifier(const ResultsReader& reader) : reader_(reader), artefacts_(reader.path()) {}

  Verification run() {
    result_.changed = reader_.changed();
    for (std::size_t stage = 0; stage < reader_.stage_count(); ++stage) {
      for (std::int32_t island = 0; island < std::int32_t(reader_.layout().stages[stage].islands); ++island)
        check_island(stage, island);
      check_openings(stage);
      check_front(stage);
    }
    return std::move(result_);
  }

 private:
  void check_island(std::size_t stage, std::int32_t island) {
    const auto place = name_of(stage) + ", island " + std::to_string(island);
    const auto found = reader_.rows(stage, island);
    for (const auto ask : found.broken) problem(place + ", row " + std::to_string(ask) + ": " + does_not_hold);
    std::set<std::int64_t> there(found.broken.begin(), found.broken.end());
    for (const auto& row : found.rows) {
      there.insert(row.origin.ask);
      if (row.evaluation.weights && !reader_.packed())
        check_artefact(row.evaluation.weights, place + ", row " + std::to_string(row.origin.ask));
    }
    result_.rows += std::int64_t(found.rows.size());

    const auto migrations = reader_.migrations(stage, island);
    for (const auto index : migrations.broken)
      problem(place + ", migration " + std::to_string(index) + ": " + does_not_hold);
    result_.migrations += std::int64_t(migrations.migrations.size());

    if (reader_.broken_end(stage, island)) problem(place + ", the note of its end: " + does_not_hold);
    const auto end = reader_.ended(stage, island).value_or(IslandEnd{});
    const auto arrived = std::int64_t(migrations.migrations.size() + migrations.broken.size());
    if (arrived < end.migrations)
      problem(place + ", migration " + std::to_string(arrived) + ": missing, though the island ended");
    for (std::int64_t ask = 0; ask < end.rows; ++ask) {
      if (!there.contains(ask)) problem(place + ", row " + std::to_string(ask) + ": missing, though the island ended");
    }
  }

  void check_openings(std::size_t stage) {
    for (const auto index : reader_.broken_openings(stage))
      problem(name_of(stage) + ", opening " + std::to_string(index) + ": " + does_not_hold);
    const auto openings = reader_.openings(stage);
    result_.openings += std::int64_t(openings.size());
    if (reader_.packed() || openings.empty() || std::isnan(openings.back().test)) return;
    const auto path = artefacts_.model_path(model_name(stage));
    if (model_holds(path, openings.back().files)) ++result_.models;
    else problem(name_of(stage) + ", its final network " + path + " or the .pt beside it: missing, or damaged");
  }

  void check_front(std::size_t stage) {
    const auto kept = reader_.front(stage);
    for (const auto index : kept.broken)
      problem(name_of(stage) + ", candidate " + std::to_string(index) + " of the front: " + does_not_hold);
    if (!kept.broken.empty() || !has_front(reader_.layout().stages[stage])) return;
    const auto there = front_of(reader_, stage).members();
    if (kept.members.empty() && !there.empty() && has_ended(stage))
      problem(name_of(stage) + ", its front: missing, though the stage ended");
    if (!kept.members.empty() &&
        !std::ranges::equal(kept.members, there, {}, &FrontMember::origin, &FrontMember::origin))
      problem(name_of(stage) + ", its front: is not that of its rows");
  }

  bool has_ended(std::size_t stage) const {
    for (std::int32_t island = 0; island < std::int32_t(reader_.layout().stages[stage].islands); ++island)
      if (!reader_.ended(stage, island)) return false;
    return true;
  }

  void check_artefact(const Digest& digest, const std::string& place) {
    if (!seen_.insert(digest).second) return;
    if (artefacts_.holds(digest)) ++result_.artefacts;
    else
      problem(place + ": its artefact " + digest.hex() + " is not in " + artefact_folder(reader_.path()) +
              ", or its content is another");
  }

  std::string name_of(std::size_t stage) const { return "stage " + reader_.name_of_stage(stage); }
  void problem(std::string text) { result_.problems.push_back(std::move(text)); }

  static constexpr const char* does_not_hold = "its checksum does not hold: damaged, or being written";

  const ResultsReader& reader_;
  ArtefactStore artefacts_;
  std::set<Digest> seen_;
  Verification result_;
};

}   // namespace

Verification verify(const ResultsReader& reader) { return Verifier(reader).run(); }

}   // namespace archipel::io
