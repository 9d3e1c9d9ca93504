#pragma once

#include "base/digest.hpp"
#include "search/evaluator.hpp"
#include "search/row.hpp"
#include "search/space.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace archipel::io {

// The results file as one table. The file is made from it, readers check files against it, docs/results-file.md is printed from it.

inline constexpr int schema_version = 4;
inline constexpr std::int64_t max_openings = 8;   // of the sealed test set, per evaluate stage

struct StageLayout {
  std::string kind;   // search, evaluate, ...
  std::int64_t islands = 1;
  std::int64_t max_rows = 1;         // per island
  std::int64_t max_migrations = 0;   // arrivals per island
  int curve_points = 0;              // 0: no curves
  std::vector<Objective> objectives;
  std::vector<std::string> reported;
  std::string cost_unit = "units";
  double units_per_cost = 1;                  // integer units of cost in one cost_unit
  std::vector<std::size_t> optimised = {0};   // of the objectives
  std::int64_t window = 1;   // at most so many rows of an island are in flight: readers stop after a larger gap
};

/// Everything that a results file is made from.
struct ResultsLayout {
  std::string study_text;       // the study file as the user wrote it
  std::string effective_text;   // scientific settings with their effective values, one "key = value" a line
  std::uint64_t seed = 1;
  Space space;
  std::vector<StageLayout> stages;
  std::int64_t stripe = 4096;   // bytes, a power of two: the rows of an island begin at a multiple of it
  std::vector<std::pair<std::string, std::string>> provenance;   // names differ
  std::vector<std::string> models;                               // final networks, linked from /models
};

/// One look at the test set: which network, what it scored.
struct Opening {
  Digest model;               // of its weights
  Origin origin;              // the row that it came from
  double validation = 0;      // share, what chose it
  double test = 0;            // share
  std::int64_t samples = 0;   // of the test set
  // Checksum of the exported network's files, see checksum_of_model; while `test` is NaN a mark of the test files. Not compared.
  std::uint32_t files = 0;
  bool operator==(const Opening&) const = default;
};

/// A candidate of a stage's front.
struct FrontMember {
  Origin origin;
  double hypervolume = 0;   // of the whole front
  bool operator==(const FrontMember&) const = default;
};

/// Whether the front of the stage's candidates is kept in the file.
inline bool has_front(const StageLayout& stage) { return stage.kind == "search" && stage.optimised.size() > 1; }

enum class Type { f64, i64, u64, i32, u8, boolean, outcome, op };
std::size_t size_of(Type type);

struct Column {
  std::string name;
  Type type;
  std::size_t offset;   // bytes
  std::string unit;     // "" if none
  std::string help;
};

/// A compound of scalar columns. Bytes between columns are zero.
struct Record {
  std::vector<Column> columns;
  std::size_t bytes = 0;
};

/// Ends in its checksum; a multiple of 64 bytes. Columns whose name is taken get a number: "cost", "cost_2".
/// InputError if an HDF5 object header cannot hold so many columns (about 1,500).
Record row_record(const Space& space, const StageLayout& stage);
const Record& curve_record();
const Record& migration_record();
const Record& opening_record();
const Record& front_record();
const Record& ended_record();
const Record& run_record();

/// A data set of a stage, contiguous and allocated when the file is made; all zero: not written.
struct DataSet {
  std::string name;
  Record record;
  std::vector<std::int64_t> shape;   // [islands, rows of the data set per island (, points)]
  std::string help;

  std::int64_t bytes() const;   // of all
  std::int64_t per_island() const { return shape.size() > 1 ? shape[1] : 1; }
  std::int64_t place_bytes() const;   // of one of an island's places: a record, or all points of a row's curve
};

/// All data sets of a stage that are written while it runs.
std::vector<DataSet> data_sets(const Space& space, const StageLayout& stage, std::int64_t stripe);

/// Rows per island in the file: max_rows, rounded up so that an island's rows fill whole stripes.
std::int64_t rows_in_file(std::int64_t max_rows, std::size_t record_bytes, std::int64_t stripe);

/// "0-search"
std::string stage_name(std::size_t number, const StageLayout& stage);

/// Of the network that an evaluate stage ends with: "winner-1".
std::string model_name(std::size_t stage);

/// docs/results-file.md
std::string schema_page();

}   // namespace archipel::io
