#include "io/row_codec.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <string>

namespace archipel::io {
namespace {

enum class Kind : std::uint64_t { row = 1, migration, opening, ended, run, front };

std::uint64_t seed_of(Kind kind, std::size_t stage, std::int64_t island, std::int64_t index) {
  const std::uint64_t place[] = {std::uint64_t(kind), stage, std::uint64_t(island), std::uint64_t(index)};
  return checksum_of(std::as_bytes(std::span(place)));
}

std::byte* put(std::byte* at, std::span<const double> values) {
  return std::ranges::copy(std::as_bytes(values), at).out;
}

const std::byte* take(const std::byte* at, std::size_t count, std::vector<double>& values) {
  values.resize(count);
  const auto* end = at + count * sizeof(double);
  std::copy(at, end, std::as_writable_bytes(std::span(values)).begin());
  return end;
}

// Of a record that ends in its checksum.
template <class Record>
std::uint64_t checksum_of_record(const Record& record, std::uint64_t seed) {
  return checksum_of(std::as_bytes(std::span(&record, 1)).first(sizeof(Record) - sizeof(std::uint64_t)), seed);
}

// Half of the others' width: as strong as a record needs that no result depends on but the end of a poisoned candidate.
std::uint32_t checksum_of_run(const RunRecord& record, std::size_t stage, const Origin& origin) {
  const auto bytes = std::as_bytes(std::span(&record, 1)).first(offsetof(RunRecord, checksum));
  const auto sum = std::uint32_t(checksum_of(bytes, seed_of(Kind::run, stage, origin.island, origin.ask)));
  return sum == 0 ? 1 : sum;
}

void expect(std::size_t got, std::size_t wanted, const char* what) {
  if (got != wanted) {
    throw SystemError("a row with " + std::to_string(got) + " " + what + " for a results file with " +
                      std::to_string(wanted));
  }
}

}   // namespace

RowCodec::RowCodec(const Space& space, const StageLayout& stage, std::size_t stage_number)
    : genes_(space.size()),
      objectives_(stage.objectives.size()),
      reported_(stage.reported.size()),
      curve_points_(std::size_t(stage.curve_points)),
      row_bytes_(row_record(space, stage).bytes),
      stage_(stage_number) {}

std::uint64_t RowCodec::checksum(const Origin& origin, std::span<const std::byte> record,
                                 std::span<const std::byte> curve) const {
  const auto seed = seed_of(Kind::row, stage_, origin.island, origin.ask);
  return checksum_of(record.first(row_bytes_ - sizeof(std::uint64_t)), checksum_of(curve, seed));
}

void RowCodec::encode(const Row& row, std::span<std::byte> record, std::span<std::byte> curve) const {
  const auto& evaluation = row.evaluation;
  expect(row.genome.size(), genes_, "genes");
  expect(evaluation.objectives.size(), objectives_, "objectives");
  expect(evaluation.reported.size(), reported_, "reported values");
  if (evaluation.curve.size() > curve_points_) expect(evaluation.curve.size(), curve_points_, "curve points");

  std::byte* at = put(record.data(), row.genome);
  at = put(at, evaluation.objectives);
  at = put(at, evaluation.reported);
  const RowTail tail{.cost = row.cost,
                     .clock = row.clock,
                     .ask = row.origin.ask,
                     .key_high = row.key.high,
                     .key_low = row.key.low,
                     .parent1_ask = row.parents[0].ask,
                     .parent2_ask = row.parents[1].ask,
                     .weights_high = evaluation.weights.high,
                     .weights_low = evaluation.weights.low,
                     .parent1_island = row.parents[0].island,
                     .parent2_island = row.parents[1].island,
                     .curve_points = std::int32_t(evaluation.curve.size()),
                     .outcome = std::uint8_t(evaluation.outcome),
                     .op = std::uint8_t(row.op),
                     .late = row.late,
                     .replicate = std::uint8_t(row.replicate)};
  std::memcpy(at, &tail, sizeof tail);
  at += sizeof tail;
  std::fill(at, record.data() + row_bytes_, std::byte{0});

  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr Epoch absent{nan, nan, nan};
  for (std::size_t point = 0; point < curve_points_; ++point) {
    const Epoch& epoch = point < evaluation.curve.size() ? evaluation.curve[point] : absent;
    std::memcpy(curve.data() + point * sizeof(Epoch), &epoch, sizeof(Epoch));
  }
  const auto sum = checksum(row.origin, record, curve);
  std::memcpy(record.data() + row_bytes_ - sizeof sum, &sum, sizeof sum);
}

std::optional<Row> RowCodec::decode(const Origin& origin, std::span<const std::byte> record,
                                    std::span<const std::byte> curve) const {
  std::uint64_t sum = 0;
  std::memcpy(&sum, record.data() + row_bytes_ - sizeof sum, sizeof sum);
  if (sum == 0 || sum != checksum(origin, record, curve)) return {};

  Row row;
  auto& evaluation = row.evaluation;
  const std::byte* at = take(record.data(), genes_, row.genome);
  at = take(at, objectives_, evaluation.objectives);
  at = take(at, reported_, evaluation.reported);
  RowTail tail;
  std::memcpy(&tail, at, sizeof tail);
  evaluation.outcome = Outcome(tail.outcome);
  evaluation.weights = {tail.weights_high, tail.weights_low};
  evaluation.curve.resize(std::clamp<std::size_t>(std::size_t(tail.curve_points), 0, curve_points_));
  if (!evaluation.curve.empty())
    std::memcpy(evaluation.curve.data(), curve.data(), evaluation.curve.size() * sizeof(Epoch));
  row.origin = origin;
  row.key = {tail.key_high, tail.key_low};
  row.cost = tail.cost;
  row.clock = tail.clock;
  row.parents = {Origin{tail.parent1_island, tail.parent1_ask}, Origin{tail.parent2_island, tail.parent2_ask}};
  row.op = Operator(tail.op);
  row.late = tail.late != 0;
  row.replicate = tail.replicate;
  return row;
}

MigrationRecord encode(const Migration& migration, std::size_t stage) {
  MigrationRecord record{.told = migration.told,
                         .clock = migration.clock,
                         .stamp = migration.stamp,
                         .migrant_ask = migration.migrant.ask,
                         .replaced_ask = migration.replaced.ask,
                         .migrant_island = migration.migrant.island,
                         .replaced_island = migration.replaced.island,
                         .fitness = migration.fitness,
                         .checksum = 0};
  record.checksum = checksum_of_record(record, seed_of(Kind::migration, stage, migration.island, migration.index));
  return record;
}

std::optional<Migration> decode(const MigrationRecord& record, std::size_t stage, std::int32_t island,
                                std::int64_t index) {
  if (record.checksum != checksum_of_record(record, seed_of(Kind::migration, stage, island, index))) return {};
  return Migration{.island = island,
                   .index = index,
                   .told = record.told,
                   .clock = record.clock,
                   .stamp = record.stamp,
                   .migrant = {record.migrant_island, record.migrant_ask},
                   .replaced = {record.replaced_island, record.replaced_ask},
                   .fitness = record.fitness};
}

OpeningRecord encode(const Opening& opening, std::size_t stage, std::int64_t index) {
  OpeningRecord record{.model_high = opening.model.high,
                       .model_low = opening.model.low,
                       .ask = opening.origin.ask,
                       .island = opening.origin.island,
                       .files = opening.files,
                       .validation = opening.validation,
                       .test = opening.test,
                       .samples = opening.samples,
                       .checksum = 0};
  record.checksum = checksum_of_record(record, seed_of(Kind::opening, stage, 0, index));
  return record;
}

std::optional<Opening> decode(const OpeningRecord& record, std::size_t stage, std::int64_t index) {
  if (record.checksum != checksum_of_record(record, seed_of(Kind::opening, stage, 0, index))) return {};
  return Opening{.model = {record.model_high, record.model_low},
                 .origin = {record.island, record.ask},
                 .validation = record.validation,
                 .test = record.test,
                 .samples = record.samples,
                 .files = record.files};
}

FrontRecord encode(const FrontMember& member, std::size_t stage, std::int64_t index) {
  FrontRecord record{.ask = member.origin.ask,
                     .hypervolume = member.hypervolume,
                     .island = member.origin.island,
                     .unused = 0,
                     .checksum = 0};
  record.checksum = checksum_of_record(record, seed_of(Kind::front, stage, 0, index));
  return record;
}

std::optional<FrontMember> decode(const FrontRecord& record, std::size_t stage, std::int64_t index) {
  if (record.checksum != checksum_of_record(record, seed_of(Kind::front, stage, 0, index))) return {};
  return FrontMember{{record.island, record.ask}, record.hypervolume};
}

EndedRecord encode(const IslandEnd& end, std::size_t stage, std::int32_t island) {
  EndedRecord record{end.rows, end.migrations, 0};
  record.checksum = checksum_of_record(record, seed_of(Kind::ended, stage, island, 0));
  return record;
}

std::optional<IslandEnd> decode(const EndedRecord& record, std::size_t stage, std::int32_t island) {
  if (record.checksum != checksum_of_record(record, seed_of(Kind::ended, stage, island, 0))) return {};
  return IslandEnd{record.rows, record.migrations};
}

RunRecord encode(const RunInfo& run, std::size_t stage, const Origin& origin) {
  RunRecord record{.begun = run.begun,
                   .seconds = run.seconds,
                   .messages = run.messages,
                   .rank = run.rank,
                   .ranks = run.ranks,
                   .attempts = run.attempts,
                   .failures = run.failures,
                   .checksum = 0,
                   .unused = 0};
  record.checksum = checksum_of_run(record, stage, origin);
  return record;
}

RunInfo decode(const RunRecord& record, std::size_t stage, const Origin& origin) {
  if (record.checksum != checksum_of_run(record, stage, origin)) return {.attempts = 0};
  return {.begun = record.begun,
          .seconds = record.seconds,
          .messages = record.messages,
          .rank = record.rank,
          .ranks = record.ranks,
          .attempts = record.attempts,
          .failures = record.failures};
}

bool written(std::span<const std::byte> bytes) {
  return std::ranges::any_of(bytes, [](std::byte b) { return b != std::byte{0}; });
}

}   // namespace archipel::io
