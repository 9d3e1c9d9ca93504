#pragma once

#include "io/records.hpp"
#include "io/schema.hpp"
#include "search/recorder.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace archipel::io {

// Rows, migrations, openings, fronts <-> the bytes of their records. Pure: no file. A checksum is seeded with the stage and the place
// of the record, so that a record which stands elsewhere does not hold.

class RowCodec {
 public:
  RowCodec(const Space& space, const StageLayout& stage, std::size_t stage_number);

  std::size_t row_bytes() const { return row_bytes_; }
  std::size_t curve_bytes() const { return curve_points_ * sizeof(Epoch); }   // of one row

  /// `record` and `curve` have the sizes above. SystemError if the row does not fit the layout.
  void encode(const Row& row, std::span<std::byte> record, std::span<std::byte> curve) const;
  /// Nothing if the checksum does not hold for the row at `origin`.
  std::optional<Row> decode(const Origin& origin, std::span<const std::byte> record,
                            std::span<const std::byte> curve) const;

 private:
  std::uint64_t checksum(const Origin& origin, std::span<const std::byte> record,
                         std::span<const std::byte> curve) const;

  std::size_t genes_, objectives_, reported_, curve_points_, row_bytes_;
  std::size_t stage_;
};

MigrationRecord encode(const Migration& migration, std::size_t stage);
std::optional<Migration> decode(const MigrationRecord& record, std::size_t stage, std::int32_t island,
                                std::int64_t index);

OpeningRecord encode(const Opening& opening, std::size_t stage, std::int64_t index);
std::optional<Opening> decode(const OpeningRecord& record, std::size_t stage, std::int64_t index);

FrontRecord encode(const FrontMember& member, std::size_t stage, std::int64_t index);
std::optional<FrontMember> decode(const FrontRecord& record, std::size_t stage, std::int64_t index);

EndedRecord encode(const IslandEnd& end, std::size_t stage, std::int32_t island);
/// Rows of an island that ended.
std::optional<IslandEnd> decode(const EndedRecord& record, std::size_t stage, std::int32_t island);

RunRecord encode(const RunInfo& run, std::size_t stage, const Origin& origin);
/// All zero if it was not written or does not hold.
RunInfo decode(const RunRecord& record, std::size_t stage, const Origin& origin);

/// True if any byte is not zero.
bool written(std::span<const std::byte> bytes);

}   // namespace archipel::io
