#pragma once

#include "io/descriptor.hpp"
#include "io/row_codec.hpp"
#include "io/schema.hpp"
#include "io/user_block.hpp"
#include "search/artefacts.hpp"
#include "search/recorder.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace archipel::io {

/// Writes what happens in one stage into a results file: positioned writes only, no HDF5, no collective call. Any number of
/// writers in any processes may have the file open, as long as each row has one of them (or they write the same bytes).
class RowWriter : public Recorder {
 public:
  /// `layout`: what the file was made from. `sync_seconds`: at most so long between two fdatasync calls while rows are written.
  /// SystemError if the file is damaged or does not have this layout.
  RowWriter(const std::string& path, const ResultsLayout& layout, std::size_t stage, double sync_seconds);
  /// From now on `past` looks into the file. A row that names an artefact which does not hold in `artefacts` is not there.
  void go_on(const Artefacts* artefacts);
  /// From now on the checkpoint of a row that is written is dropped, once the row is durable. `checkpoints` must outlive this.
  void drop_from(Checkpoints& checkpoints) { checkpoints_ = &checkpoints; }
  /// Syncs, but errors are lost: call `finish` first.
  ~RowWriter() override;

  Past past(const Origin& origin) override;
  /// Synced in intervals of its own: candidates that take longer than the interval are each noted on the disk before they train.
  void note(const Origin& origin, const RunInfo& run) override;
  /// SystemError naming call and path if the write fails, or if the row is beyond the layout.
  void row(const Row& row, const RunInfo& run) override;
  void migration(const Migration& migration) override;
  /// Into the slot of this model, or the first free one. Only one process of a stage may call it.
  void opening(const Opening& opening);
  /// The opening of this model that an earlier start noted, complete or not.
  std::optional<Opening> opening_of(const Digest& model) const;
  /// Only one process of a stage may call it.
  void front(std::span<const FrontMember> members);
  void ended(std::int32_t island, const IslandEnd& end) override;

  /// Makes everything durable. SystemError, as of all calls that sync, if the file is no longer where its path leads.
  void finish();

 private:
  struct Place {
    std::int64_t offset = -1;   // -1: the stage has no such data set
    std::int64_t per_island = 0;
  };
  std::int64_t position(const Place& place, const char* what, std::int64_t island, std::int64_t index,
                        std::size_t bytes) const;
  std::optional<Opening> opening_at(std::int64_t index) const;
  std::int64_t write(const Origin& origin, const RunInfo& run);   // where it lies
  /// What stands there is damage.
  template <class Record>
  void clear(const Place& place, std::int32_t island, std::int64_t from);
  void sync_if_due();
  void flush();
  void sync();

  Descriptor file_;
  UserBlock block_;
  RowCodec codec_;
  std::size_t stage_;
  std::int64_t islands_;
  bool measured_;   // no second attempt makes the same row again: each is durable before anybody learns from it
  Place rows_, curves_, migrations_, openings_, front_, ended_, runs_;
  std::vector<std::byte> record_, curve_;   // of one row, reused
  std::chrono::duration<double> sync_interval_;
  std::chrono::steady_clock::time_point synced_;
  std::chrono::steady_clock::time_point start_synced_{};   // long ago: the first start is synced
  bool unsynced_ = false;
  bool goes_on_ = false;
  const Artefacts* artefacts_ = nullptr;
  Checkpoints* checkpoints_ = nullptr;
};

}   // namespace archipel::io
