#include "io/results_reader.hpp"

#include "base/error.hpp"
#include "io/hdf5.hpp"
#include "io/layout_store.hpp"
#include "io/try_elsewhere.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iterator>
#include <limits>
#include <thread>

namespace archipel::io {
namespace {

constexpr auto largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t empty_window = 4096;                   // rows
constexpr std::int64_t chunk_bytes = std::int64_t{4} << 20;   // read at once, about
constexpr std::chrono::milliseconds patience{20};             // for a row that is being written while it is read

/// SystemError if HDF5 finds a data set of a stage elsewhere than where it was made: somebody has replaced it.
void check_places(hid_t file, const ResultsLayout& layout, const UserBlock& block) {
  for (std::size_t number = 0; number < layout.stages.size(); ++number) {
    for (const auto& wanted : data_sets(layout.space, layout.stages[number], layout.stripe)) {
      const auto name = "stages/" + stage_name(number, layout.stages[number]) + "/" + wanted.name;
      const H5Set set(check(H5Dopen2(file, name.c_str(), H5P_DEFAULT), "H5Dopen2", name));
      if (H5Dget_offset(set) != haddr_t(block.extent(name).offset))
        throw SystemError("/" + name + ": is not where it was made");
    }
  }
}

UserBlock block_of(const std::string& path, bool& changed) {
  auto checked = check_metadata(path);
  changed = checked.changed;
  return std::move(checked.block);
}

ResultsLayout layout_of(const std::string& path, const UserBlock& block, bool changed) {
  const QuietHdf5 quiet;
  const auto read = [&] {
    const auto file = open_results(path);
    auto layout = read_layout(file);
    if (changed && !block.extents.empty()) check_places(file, layout, block);
    return layout;
  };
  if (!changed) return read();
  const auto failure = failure_elsewhere([&] {
    const auto layout = read();
    if (block.extents.empty()) PackedRecords(path, layout);
  });
  if (!failure.empty())
    throw SystemError(path + ": damaged: the metadata digest differs from the one stored when the file was made, and " +
                      failure);
  return read();
}

struct ::stat state_of(const std::string& path) {
  struct ::stat state {};
  if (::stat(path.c_str(), &state) != 0) throw_errno("stat", path);
  return state;
}

}   // namespace

ResultsReader::ResultsReader(const std::string& path)
    : block_(block_of(path, changed_)), file_(path, O_RDONLY), layout_(layout_of(path, block_, changed_)) {
  for (std::size_t number = 0; number < layout_.stages.size(); ++number) {
    const auto& stage = layout_.stages[number];
    RowCodec codec(layout_.space, stage, number);
    const auto rows = rows_in_file(stage.max_rows, codec.row_bytes(), layout_.stripe);
    stages_.push_back({std::move(codec), "stages/" + stage_name(number, stage) + "/", rows, {}});
    for (auto& set : data_sets(layout_.space, stage, layout_.stripe)) {
      const auto name = stages_.back().prefix + set.name;
      if (!packed() && block_.extent(name).bytes != set.bytes())
        throw SystemError(path + ": damaged: the size of " + name + " differs from its layout");
      stages_.back().sets.emplace(set.name, std::move(set));
    }
  }
  if (packed()) packed_.emplace(path, layout_);
}

void ResultsReader::read(std::size_t stage, const std::string& set, std::int64_t island, std::int64_t first,
                         std::span<std::byte> bytes) const {
  const auto& [codec, prefix, rows, sets] = stages_.at(stage);
  if (packed_) return packed_->read(prefix + set, island, first, bytes);
  const auto& made = sets.at(set);
  file_.read_at(bytes, block_.extent(prefix + set).offset + (island * made.per_island() + first) * made.place_bytes());
}

template <class Record>
Record ResultsReader::read_record(std::size_t stage, const char* set, std::int64_t island, std::int64_t index) const {
  Record record{};
  read(stage, set, island, index, std::as_writable_bytes(std::span(&record, 1)));
  return record;
}

std::vector<ResultsReader::Found> ResultsReader::read_rows(std::size_t stage, std::int32_t island, std::int64_t first,
                                                           std::int64_t rows, std::vector<Row>& into) const {
  const auto& codec = stages_.at(stage).codec;
  const auto row_bytes = codec.row_bytes(), curve_bytes = codec.curve_bytes();
  std::vector<std::byte> records(std::size_t(rows) * row_bytes), curves;
  read(stage, "rows", island, first, records);

  std::vector<Found> found(std::size_t(rows), Found::nothing);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto record = std::span(records).subspan(i * row_bytes, row_bytes);
    if (!written(record)) continue;
    if (curve_bytes > 0 && curves.empty()) {   // curves of empty rows are not read
      curves.resize(std::size_t(rows) * curve_bytes);
      read(stage, "curve", island, first, curves);
    }
    const auto curve = std::span(curves).subspan(i * curve_bytes, curve_bytes);
    auto row = codec.decode({island, first + std::int64_t(i)}, record, curve);
    found[i] = row ? Found::row : Found::broken;
    if (row) into.push_back(std::move(*row));
  }
  return found;
}

ResultsReader::IslandRows ResultsReader::rows(std::size_t stage, std::int32_t island) const {
  IslandRows result;
  result.broken =
      visit_rows(stage, island, [&](std::span<Row> rows) { std::ranges::move(rows, std::back_inserter(result.rows)); });
  const auto by_ask = [](const Row& row) { return row.origin.ask; };
  if (!std::ranges::is_sorted(result.rows, {}, by_ask)) std::ranges::sort(result.rows, {}, by_ask);
  return result;
}

std::vector<std::int64_t> ResultsReader::visit_rows(std::size_t stage, std::int32_t island,
                                                    const std::function<void(std::span<Row>)>& visit) const {
  const auto& codec = stages_.at(stage).codec;
  const auto per_island =
      std::min(stages_[stage].rows_in_file, ended(stage, island).value_or(IslandEnd{.rows = largest}).rows);
  const auto gap = std::max(empty_window, layout_.stages[stage].window);
  const auto chunk =
      std::clamp(chunk_bytes / std::int64_t(codec.row_bytes() + codec.curve_bytes()), std::int64_t{1}, empty_window);
  std::vector<Row> rows;
  std::vector<std::int64_t> doubtful;
  std::int64_t empty = 0;
  for (std::int64_t first = 0; first < per_island && empty < gap; first += chunk) {
    rows.clear();
    const auto found = read_rows(stage, island, first, std::min(chunk, per_island - first), rows);
    if (!rows.empty()) visit(rows);
    for (std::size_t i = 0; i < found.size(); ++i) {
      empty = found[i] == Found::nothing ? empty + 1 : 0;
      if (found[i] == Found::broken) doubtful.push_back(first + std::int64_t(i));
    }
  }
  if (doubtful.empty()) return {};

  std::this_thread::sleep_for(patience);
  std::vector<std::int64_t> broken;
  for (const auto ask : doubtful) {
    rows.clear();
    if (read_rows(stage, island, ask, 1, rows).front() == Found::row) visit(rows);
    else broken.push_back(ask);
  }
  return broken;
}

bool ResultsReader::has(std::size_t stage, const Origin& origin) const {
  return origin.island >= 0 && origin.island < layout_.stages.at(stage).islands && origin.ask >= 0 &&
         origin.ask < stages_[stage].rows_in_file;
}

std::optional<Row> ResultsReader::row(std::size_t stage, const Origin& origin) const {
  std::vector<Row> rows;
  if (has(stage, origin)) read_rows(stage, origin.island, origin.ask, 1, rows);
  if (rows.empty()) return {};
  return std::move(rows.front());
}

RunInfo ResultsReader::run(std::size_t stage, const Origin& origin) const {
  if (!has(stage, origin)) return {};
  return decode(read_record<RunRecord>(stage, "run", origin.island, origin.ask), stage, origin);
}

std::vector<RunInfo> ResultsReader::runs(std::size_t stage, std::int32_t island, std::int64_t first,
                                         std::size_t count) const {
  std::vector<RunRecord> records(count);
  read(stage, "run", island, first, std::as_writable_bytes(std::span(records)));
  std::vector<RunInfo> runs;
  for (const auto& record : records) runs.push_back(decode(record, stage, {island, first + std::int64_t(runs.size())}));
  return runs;
}

template <class Record, class Take>
void ResultsReader::visit_written(std::size_t stage, const char* set, std::int64_t island, std::int64_t most,
                                  const Take& take) const {
  std::vector<Record> records;
  for (std::int64_t first = 0; first < most; first += std::int64_t(records.size())) {
    records.resize(std::size_t(std::min<std::int64_t>(most - first, 1024)));
    read(stage, set, island, first, std::as_writable_bytes(std::span(records)));
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!written(std::as_bytes(std::span(&records[i], 1)))) return;
      take(records[i], first + std::int64_t(i));
    }
  }
}

ResultsReader::IslandMigrations ResultsReader::migrations(std::size_t stage, std::int32_t island) const {
  IslandMigrations result;
  visit_written<MigrationRecord>(stage, "migration", island, layout_.stages.at(stage).max_migrations,
                                 [&](const MigrationRecord& record, std::int64_t index) {
                                   const auto migration = decode(record, stage, island, index);
                                   if (migration) result.migrations.push_back(*migration);
                                   else result.broken.push_back(index);
                                 });
  return result;
}

ResultsReader::StageFront ResultsReader::front(std::size_t stage) const {
  StageFront result;
  if (!has_front(layout_.stages.at(stage))) return result;
  visit_written<FrontRecord>(stage, "front", 0, stages_[stage].sets.at("front").per_island(),
                             [&](const FrontRecord& record, std::int64_t index) {
                               const auto member = decode(record, stage, index);
                               if (member) result.members.push_back(*member);
                               else result.broken.push_back(index);
                             });
  return result;
}

std::vector<Opening> ResultsReader::openings(std::size_t stage) const {
  std::vector<Opening> result;
  if (layout_.stages.at(stage).kind != "evaluate") return result;
  for (std::int64_t index = 0; index < max_openings; ++index) {
    if (const auto opening = decode(read_record<OpeningRecord>(stage, "openings", 0, index), stage, index))
      result.push_back(*opening);
  }
  return result;
}

std::vector<std::int64_t> ResultsReader::broken_openings(std::size_t stage) const {
  std::vector<std::int64_t> broken;
  if (layout_.stages.at(stage).kind != "evaluate") return broken;
  for (std::int64_t index = 0; index < max_openings; ++index) {
    const auto record = read_record<OpeningRecord>(stage, "openings", 0, index);
    if (written(std::as_bytes(std::span(&record, 1))) && !decode(record, stage, index)) broken.push_back(index);
  }
  return broken;
}

bool ResultsReader::broken_end(std::size_t stage, std::int32_t island) const {
  const auto record = read_record<EndedRecord>(stage, "ended", island, 0);
  return written(std::as_bytes(std::span(&record, 1))) && !decode(record, stage, island);
}

std::optional<IslandEnd> ResultsReader::ended(std::size_t stage, std::int32_t island) const {
  return decode(read_record<EndedRecord>(stage, "ended", island, 0), stage, island);
}

std::int64_t ResultsReader::seconds_since_write() const {
  return std::int64_t(std::time(nullptr)) - state_of(path()).st_mtime;
}

std::int64_t ResultsReader::bytes_on_disk() const { return std::int64_t(state_of(path()).st_blocks) * 512; }

}   // namespace archipel::io
