#pragma once

#include <cstddef>
#include <cstdint>

namespace archipel::io {

// The bytes of the fixed records. Island -1: none. A checksum is never zero, covers what stands before it and its position.

/// Columns of a row after genes, objectives and reported values. Its checksum stands in the last 8 bytes of the record.
struct RowTail {
  std::uint64_t cost, clock;
  std::int64_t ask;
  std::uint64_t key_high, key_low;
  std::int64_t parent1_ask, parent2_ask;
  std::uint64_t weights_high, weights_low;
  std::int32_t parent1_island, parent2_island;
  std::int32_t curve_points;
  std::uint8_t outcome, op, late, replicate;
};
static_assert(sizeof(RowTail) == 88);

struct MigrationRecord {
  std::int64_t told;
  std::uint64_t clock, stamp;
  std::int64_t migrant_ask, replaced_ask;
  std::int32_t migrant_island, replaced_island;
  double fitness;
  std::uint64_t checksum;
};
static_assert(sizeof(MigrationRecord) == 64);

struct OpeningRecord {
  std::uint64_t model_high, model_low;
  std::int64_t ask;
  std::int32_t island;
  std::uint32_t files;
  double validation, test;
  std::int64_t samples;
  std::uint64_t checksum;
};
static_assert(sizeof(OpeningRecord) == 64);

struct FrontRecord {
  std::int64_t ask;
  double hypervolume;
  std::int32_t island;
  std::uint32_t unused;
  std::uint64_t checksum;
};
static_assert(sizeof(FrontRecord) == 32);

struct EndedRecord {
  std::int64_t rows, migrations;
  std::uint64_t checksum;
};
static_assert(sizeof(EndedRecord) == 24);

struct RunRecord {
  double begun, seconds, messages;
  std::int32_t rank, ranks, attempts, failures;
  std::uint32_t checksum, unused;
};
static_assert(sizeof(RunRecord) == 48);

}   // namespace archipel::io
