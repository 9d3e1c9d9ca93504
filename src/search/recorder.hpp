#pragma once

#include "search/row.hpp"

#include <vector>

namespace archipel {

/// What this machine did for a row: never compared.
struct RunInfo {
  double seconds = 0;   // wall time of the evaluation
  std::int32_t rank = 0;
  std::int32_t attempts = 1;   // evaluations begun for it, this one included
};

/// Port. Commits what happened in one stage. A row is committed when `row` returns.
struct Recorder {
  virtual void row(const Row& row, const RunInfo& run) = 0;
  virtual void migration(const Migration& migration) = 0;
  /// The island is finished; it has `rows` rows. Called once for each island, by the first team of its crew.
  virtual void ended(std::int32_t island, std::int64_t rows) = 0;
  virtual ~Recorder() = default;
};

/// Keeps nothing: for measuring the engine alone.
struct NullRecorder : Recorder {
  void row(const Row&, const RunInfo&) override {}
  void migration(const Migration&) override {}
  void ended(std::int32_t, std::int64_t) override {}
};

/// Keeps everything in memory, in order of arrival.
struct MemoryRecorder : Recorder {
  std::vector<Row> rows;
  std::vector<Migration> migrations;
  void row(const Row& row, const RunInfo&) override { rows.push_back(row); }
  void migration(const Migration& migration) override { migrations.push_back(migration); }
  void ended(std::int32_t, std::int64_t) override {}
};

}   // namespace archipel
