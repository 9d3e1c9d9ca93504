#include "io/row_writer.hpp"

#include "base/error.hpp"
#include "io/in_flight.hpp"
#include "io/results_watch.hpp"

#include <fcntl.h>

#include <algorithm>
#include <exception>

namespace archipel::io {
namespace {

template <class T>
std::span<const std::byte> bytes_of(const T& record) {
  return std::as_bytes(std::span(&record, 1));
}

}   // namespace

RowWriter::RowWriter(const std::string& path, const ResultsLayout& layout, std::size_t stage, double sync_seconds)
    : file_(path, O_RDWR),
      block_(read_user_block(file_)),
      codec_(layout.space, layout.stages.at(stage), stage),
      stage_(stage),
      islands_(layout.stages[stage].islands),
      measured_(std::ranges::any_of(layout.stages[stage].objectives, &Objective::measured)),
      record_(codec_.row_bytes()),
      curve_(codec_.curve_bytes()),
      sync_interval_(sync_seconds),
      synced_(std::chrono::steady_clock::now()) {
  const auto prefix = "stages/" + stage_name(stage, layout.stages[stage]) + "/";
  for (const auto& set : data_sets(layout.space, layout.stages[stage], layout.stripe)) {
    const auto& extent = block_.extent(prefix + set.name);
    if (extent.bytes != set.bytes())
      throw SystemError(path + ": " + prefix + set.name +
                        " is not what this study makes: the file belongs to another one");
    Place& place = set.name == "rows"        ? rows_
                   : set.name == "curve"     ? curves_
                   : set.name == "migration" ? migrations_
                   : set.name == "openings"  ? openings_
                   : set.name == "front"     ? front_
                   : set.name == "ended"     ? ended_
                                             : runs_;
    place = {extent.offset, set.per_island()};
  }
}

RowWriter::~RowWriter() {
  in_flight::clear();
  try {
    flush();
  } catch (const std::exception&) {   // `finish` tells those who ask
  }
}

std::int64_t RowWriter::position(const Place& place, const char* what, std::int64_t island, std::int64_t index,
                                 std::size_t bytes) const {
  if (place.offset < 0 || island < 0 || island >= islands_ || index < 0 || index >= place.per_island) {
    throw SystemError(file_.path() + ": no room for " + what + " " + std::to_string(index) + " of island " +
                      std::to_string(island) + ": the file was made for " + std::to_string(place.per_island) +
                      " on each of " + std::to_string(islands_) + " islands");
  }
  return place.offset + (island * place.per_island + index) * std::int64_t(bytes);
}

std::int64_t RowWriter::write(const Origin& origin, const RunInfo& run) {
  const auto record = encode(run, stage_, origin);
  const auto at = position(runs_, "run record", origin.island, origin.ask, sizeof record);
  file_.write_at(bytes_of(record), at);
  return at;
}

void RowWriter::go_on(const Artefacts* artefacts) {
  goes_on_ = true;
  artefacts_ = artefacts;
}

Past RowWriter::past(const Origin& origin) {
  Past past;
  if (!goes_on_) return past;
  RunRecord run{};
  file_.read_at(std::as_writable_bytes(std::span(&run, 1)),
                position(runs_, "run record", origin.island, origin.ask, sizeof run));
  past.run = decode(run, stage_, origin);
  file_.read_at(record_, position(rows_, "row", origin.island, origin.ask, record_.size()));
  if (!written(record_)) return past;
  past.run.failures = past.run.attempts;   // whatever becomes of the row, the program survived them
  if (!curve_.empty()) file_.read_at(curve_, position(curves_, "curve", origin.island, origin.ask, curve_.size()));
  past.row = codec_.decode(origin, record_, curve_);
  const bool kept = past.row && past.row->evaluation.weights;
  if (kept && artefacts_ && !artefacts_->holds(past.row->evaluation.weights)) past.row.reset();
  return past;
}

void RowWriter::note(const Origin& origin, const RunInfo& run) {
  in_flight::clear();
  const auto at = write(origin, run);
  auto not_to_blame = run;
  not_to_blame.failures = run.attempts;
  if (run.failures < run.attempts) in_flight::set(file_, at, encode(not_to_blame, stage_, origin));
  unsynced_ = true;
  if (std::chrono::steady_clock::now() - start_synced_ < sync_interval_) return;
  sync();
  start_synced_ = synced_;
}

void RowWriter::row(const Row& row, const RunInfo& run) {
  const auto [island, ask] = row.origin;
  const auto at = position(rows_, "row", island, ask, record_.size());
  codec_.encode(row, record_, curve_);
  if (!curve_.empty()) file_.write_at(curve_, position(curves_, "curve", island, ask, curve_.size()));
  in_flight::clear();
  write(row.origin, run);
  file_.write_at(record_, at);   // last: it vouches for the curve
  const bool checkpointed = checkpoints_ && checkpoints_->has(row.key);
  if (checkpointed || measured_) {
    sync();
    if (checkpointed) checkpoints_->drop(row.key);
  } else {
    sync_if_due();
  }
}

void RowWriter::migration(const Migration& migration) {
  const auto record = encode(migration, stage_);
  file_.write_at(bytes_of(record),
                 position(migrations_, "migration", migration.island, migration.index, sizeof record));
  sync_if_due();
}

std::optional<Opening> RowWriter::opening_at(std::int64_t index) const {
  OpeningRecord record{};
  file_.read_at(std::as_writable_bytes(std::span(&record, 1)), position(openings_, "opening", 0, index, sizeof record));
  return decode(record, stage_, index);
}

std::optional<Opening> RowWriter::opening_of(const Digest& model) const {
  for (std::int64_t index = 0; index < max_openings; ++index) {
    if (const auto found = opening_at(index); found && found->model == model) return found;
  }
  return {};
}

void RowWriter::opening(const Opening& opening) {
  for (std::int64_t index = 0; index < max_openings; ++index) {
    const auto earlier = opening_at(index);
    if (earlier && earlier->model != opening.model) continue;
    const auto record = encode(opening, stage_, index);
    file_.write_at(bytes_of(record), position(openings_, "opening", 0, index, sizeof record));
    while (++index < max_openings) {   // what stands behind it and does not hold is damage
      if (!opening_at(index))
        file_.write_at(bytes_of(OpeningRecord{}), position(openings_, "opening", 0, index, sizeof record));
    }
    unsynced_ = true;
    finish();   // a look at the test set is never forgotten
    return;
  }
  throw SystemError(file_.path() + ": no room for an opening of the test set: " + std::to_string(max_openings) +
                    " are recorded already");
}

template <class Record>
void RowWriter::clear(const Place& place, std::int32_t island, std::int64_t from) {
  for (auto index = from; index < place.per_island; ++index) {
    Record record{};
    const auto at = position(place, "record", island, index, sizeof record);
    file_.read_at(std::as_writable_bytes(std::span(&record, 1)), at);
    if (!written(bytes_of(record))) break;   // readers look no further either
    file_.write_at(bytes_of(Record{}), at);
  }
}

void RowWriter::front(std::span<const FrontMember> members) {
  std::vector<FrontRecord> records;
  for (const auto& member : members) records.push_back(encode(member, stage_, std::int64_t(records.size())));
  if (!records.empty()) {   // the first comes last: readers see none of it, or all
    position(front_, "candidate of the front", 0, std::int64_t(records.size()) - 1, sizeof(FrontRecord));
    file_.write_at(bytes_of(FrontRecord{}), front_.offset);
    file_.write_at(std::as_bytes(std::span(records).subspan(1)), front_.offset + std::int64_t(sizeof(FrontRecord)));
  }
  clear<FrontRecord>(front_, 0, std::int64_t(records.size()));
  file_.sync();
  if (!records.empty()) file_.write_at(bytes_of(records[0]), front_.offset);
  unsynced_ = true;
  finish();
}

void RowWriter::ended(std::int32_t island, const IslandEnd& end) {
  const auto at = position(ended_, "end", island, 0, sizeof(EndedRecord));
  if (migrations_.offset >= 0) clear<MigrationRecord>(migrations_, island, end.migrations);
  finish();   // its rows first
  const auto record = encode(end, stage_, island);
  file_.write_at(bytes_of(record), at);
  unsynced_ = true;
}

void RowWriter::sync_if_due() {
  unsynced_ = true;
  if (std::chrono::steady_clock::now() - synced_ >= sync_interval_) sync();
}

void RowWriter::sync() {
  file_.sync_data();
  require_still_there(file_, block_);
  synced_ = std::chrono::steady_clock::now();
  unsynced_ = false;
}

void RowWriter::flush() {
  if (!unsynced_) return;
  file_.sync();
  synced_ = std::chrono::steady_clock::now();
  unsynced_ = false;
}

void RowWriter::finish() {
  flush();
  require_still_there(file_, block_);
}

}   // namespace archipel::io
