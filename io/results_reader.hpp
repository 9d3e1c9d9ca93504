#pragma once

#include "io/descriptor.hpp"
#include "io/packed_records.hpp"
#include "io/row_codec.hpp"
#include "io/schema.hpp"
#include "io/user_block.hpp"
#include "search/recorder.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace archipel::io {

/// Reads a results file, finished or not, also while it is being written. The HDF5 library reads the layout only, after a check
/// of every metadata byte; records are read plainly.
class ResultsReader {
 public:
  /// InputError if there is no such file or it is none of ours, SystemError if it is damaged. Metadata that have changed are read by a
  /// process of their own first, as HDF5 may crash.
  explicit ResultsReader(const std::string& path);

  const std::string& path() const { return file_.path(); }
  const ResultsLayout& layout() const { return layout_; }
  std::size_t stage_count() const { return layout_.stages.size(); }
  std::string name_of_stage(std::size_t stage) const { return stage_name(stage, layout_.stages.at(stage)); }

  struct IslandRows {
    std::vector<Row> rows;              // that hold, by ask; there may be gaps
    std::vector<std::int64_t> broken;   // asks where something stands, but its checksum does not hold
  };
  /// Stops after max(4096, window) rows that were not written, and where the island ended: nothing belongs behind that.
  IslandRows rows(std::size_t stage, std::int32_t island) const;
  /// The same without all rows in memory: `visit` gets a few thousand at a time, by ask; rows that were being written when they were
  /// read come last, each by itself. Returns the broken ones.
  std::vector<std::int64_t> visit_rows(std::size_t stage, std::int32_t island,
                                       const std::function<void(std::span<Row>)>& visit) const;
  /// Nothing if it is not there, or does not hold.
  std::optional<Row> row(std::size_t stage, const Origin& origin) const;
  /// Also of a row that is not there yet: attempts > failures means that one was in flight when this was read, or died. All zero if
  /// none has begun.
  RunInfo run(std::size_t stage, const Origin& origin) const;
  /// Of `count` asks of an island from `first` on.
  std::vector<RunInfo> runs(std::size_t stage, std::int32_t island, std::int64_t first, std::size_t count) const;
  struct IslandMigrations {
    std::vector<Migration> migrations;   // that hold, in order of arrival; there may be gaps
    std::vector<std::int64_t> broken;    // arrivals
  };
  /// Up to the first that was not written.
  IslandMigrations migrations(std::size_t stage, std::int32_t island) const;
  std::vector<Opening> openings(std::size_t stage) const;
  /// Numbers of openings that were written, but do not hold.
  std::vector<std::int64_t> broken_openings(std::size_t stage) const;
  struct StageFront {
    std::vector<FrontMember> members;   // that hold
    std::vector<std::int64_t> broken;
  };
  /// As it was written at the end of the stage, up to the first place that was not; empty before that.
  StageFront front(std::size_t stage) const;
  /// Rows of an island that has ended.
  std::optional<IslandEnd> ended(std::size_t stage, std::int32_t island) const;
  bool broken_end(std::size_t stage, std::int32_t island) const;

  /// Whether its metadata are not those it was made with, though they could be read and place all records where they were.
  bool changed() const { return changed_; }
  /// Whether it is a packed copy: complete, and with its final networks inside.
  bool packed() const { return block_.extents.empty(); }
  /// The bytes of a stage's data set from place `first` of an island on; of places that a packed copy leaves out, zeros.
  void read(std::size_t stage, const std::string& set, std::int64_t island, std::int64_t first,
            std::span<std::byte> bytes) const;

  std::int64_t seconds_since_write() const;
  std::int64_t bytes_on_disk() const;

 private:
  struct Stage {
    RowCodec codec;
    std::string prefix;          // "stages/0-search/"
    std::int64_t rows_in_file;   // per island
    std::map<std::string, DataSet> sets;
  };
  enum class Found { nothing, row, broken };
  /// `rows` rows from `first` of an island; what was found of each, rows that hold appended to `into`.
  std::vector<Found> read_rows(std::size_t stage, std::int32_t island, std::int64_t first, std::int64_t rows,
                               std::vector<Row>& into) const;
  bool has(std::size_t stage, const Origin& origin) const;
  template <class Record>
  Record read_record(std::size_t stage, const char* set, std::int64_t island, std::int64_t index) const;
  /// `take` gets each of an island's first `most` records and its index, up to the first that was not written.
  template <class Record, class Take>
  void visit_written(std::size_t stage, const char* set, std::int64_t island, std::int64_t most,
                     const Take& take) const;

  bool changed_ = false;
  UserBlock block_;
  Descriptor file_;
  ResultsLayout layout_;
  std::vector<Stage> stages_;
  std::optional<PackedRecords> packed_;
};

}   // namespace archipel::io
