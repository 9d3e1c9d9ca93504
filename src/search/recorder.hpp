#pragma once

#include "search/row.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace archipel {

/// What this machine did for a row: never compared.
struct RunInfo {
  double begun = 0;        // of the last attempt, s since 1970-01-01 UTC
  double seconds = 0;      // its wall time
  double messages = 0;     // of these, with messages of the ranks that trained it together
  std::int32_t rank = 0;   // the first of `ranks`
  std::int32_t ranks = 1;
  std::int32_t attempts = 1;   // evaluations begun for it, this one included
  std::int32_t failures = 0;   // earlier ones that the program survived, or that a signal ended
};

/// What earlier starts of the program left of an evaluation.
struct Past {
  std::optional<Row> row;   // if it was committed and holds
  RunInfo run{.attempts = 0};
  /// Attempts that neither ended in a row nor were failures that the program survived: it died with them.
  int deaths() const { return row ? 0 : run.attempts - run.failures; }
};

/// Port. Commits what happened in one stage, and knows what earlier starts committed. A row is committed when `row` returns.
struct Recorder {
  /// Nothing unless an earlier start's work is continued.
  virtual Past past(const Origin&) { return {}; }
  /// An attempt at a row begins, or has failed: noted so that a resume finds what was in flight.
  virtual void note(const Origin& origin, const RunInfo& run) = 0;
  virtual void row(const Row& row, const RunInfo& run) = 0;
  virtual void migration(const Migration& migration) = 0;
  /// The island is finished. Called once for each island, by the first team of its crew, after its last row and migration.
  virtual void ended(std::int32_t island, const IslandEnd& end) = 0;
  virtual ~Recorder() = default;
};

/// Keeps nothing: for measuring the engine alone.
struct NullRecorder : Recorder {
  void note(const Origin&, const RunInfo&) override {}
  void row(const Row&, const RunInfo&) override {}
  void migration(const Migration&) override {}
  void ended(std::int32_t, const IslandEnd&) override {}
};

/// Keeps everything in memory, in order of arrival.
struct MemoryRecorder : Recorder {
  std::vector<Row> rows;
  std::vector<Migration> migrations;
  void note(const Origin&, const RunInfo&) override {}
  void row(const Row& row, const RunInfo&) override { rows.push_back(row); }
  void migration(const Migration& migration) override { migrations.push_back(migration); }
  void ended(std::int32_t, const IslandEnd&) override {}
};

}   // namespace archipel
