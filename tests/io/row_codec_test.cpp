#include "io/row_codec.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>
#include <span>

using namespace archipel;
using namespace archipel::io;

namespace {

std::mt19937_64 draws(5);

double any_double() { return std::bit_cast<double>(std::uint64_t(draws())); }

Space space_of(std::size_t genes, const std::string& prefix = "gene") {
  std::vector<Gene> list;
  for (std::size_t i = 0; i < genes; ++i)
    list.push_back({.name = prefix + std::to_string(i), .kind = GeneKind::real, .choices = {}, .when = {}});
  return Space(std::move(list));
}

Row random_row(std::size_t genes, const StageLayout& stage) {
  Row row;
  row.origin = {std::int32_t(draws() % 100), std::int64_t(draws() >> 2)};
  for (std::size_t i = 0; i < genes; ++i) row.genome.push_back(any_double());
  row.evaluation.outcome = Outcome(1 + draws() % 7);
  for (std::size_t i = 0; i < stage.objectives.size(); ++i) row.evaluation.objectives.push_back(any_double());
  for (std::size_t i = 0; i < stage.reported.size(); ++i) row.evaluation.reported.push_back(any_double());
  const auto points = draws() % std::uint64_t(stage.curve_points + 1);
  for (std::size_t i = 0; i < points; ++i) row.evaluation.curve.push_back({any_double(), any_double(), any_double()});
  row.evaluation.weights = {draws(), draws()};
  row.key = {draws(), draws()};
  row.cost = draws();
  row.clock = draws();
  row.parents = {Origin{std::int32_t(draws()), std::int64_t(draws())},
                 Origin{std::int32_t(draws()), std::int64_t(draws())}};
  row.op = Operator(1 + draws() % 4);
  row.late = draws() % 2 != 0;
  return row;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(std::as_bytes(std::span(a)), std::as_bytes(std::span(b)));
}

bool same_bits(const Row& a, const Row& b) {
  const auto &left = a.evaluation, &right = b.evaluation;
  return a.origin == b.origin && same_bits(a.genome, b.genome) && left.outcome == right.outcome &&
         same_bits(left.objectives, right.objectives) && same_bits(left.reported, right.reported) &&
         left.curve.size() == right.curve.size() &&
         std::ranges::equal(std::as_bytes(std::span(left.curve)), std::as_bytes(std::span(right.curve))) &&
         left.weights == right.weights && a.key == b.key && a.cost == b.cost && a.clock == b.clock &&
         a.parents == b.parents && a.op == b.op && a.late == b.late;
}

StageLayout stage_of(int objectives, int reported, int points) {
  StageLayout stage{.kind = "search", .curve_points = points, .objectives = {}, .reported = {}};
  for (int i = 0; i < objectives; ++i) stage.objectives.push_back({"objective" + std::to_string(i), "share"});
  for (int i = 0; i < reported; ++i) stage.reported.push_back("reported" + std::to_string(i));
  return stage;
}

struct Bytes {
  std::vector<std::byte> record, curve;
};

}   // namespace

BOOST_AUTO_TEST_CASE(random_rows_come_back_bit_by_bit) {
  for (int round = 0; round < 300; ++round) {
    const std::size_t genes = draws() % 40;
    const auto stage = stage_of(int(1 + draws() % 4), int(draws() % 3), int(draws() % 6));
    const RowCodec codec(space_of(genes), stage, draws() % 5);
    BOOST_TEST(codec.row_bytes() % 64 == 0u);
    const auto row = random_row(genes, stage);
    Bytes bytes{std::vector<std::byte>(codec.row_bytes(), std::byte{0xaa}),
                std::vector<std::byte>(codec.curve_bytes(), std::byte{0xaa})};
    codec.encode(row, bytes.record, bytes.curve);
    const auto back = codec.decode(row.origin, bytes.record, bytes.curve);
    BOOST_REQUIRE(back);
    BOOST_TEST(same_bits(row, *back));
    const auto again = bytes.record;
    codec.encode(*back, bytes.record, bytes.curve);
    BOOST_TEST((again == bytes.record));   // no byte is left to chance
  }
}

BOOST_AUTO_TEST_CASE(a_changed_byte_or_place_does_not_hold) {
  const auto stage = stage_of(2, 1, 3);
  const auto space = space_of(5);
  const RowCodec codec(space, stage, 1), elsewhere(space, stage, 2);
  const auto row = random_row(5, stage);
  Bytes bytes{std::vector<std::byte>(codec.row_bytes()), std::vector<std::byte>(codec.curve_bytes())};
  BOOST_TEST(!codec.decode(row.origin, bytes.record, bytes.curve));   // nothing written
  codec.encode(row, bytes.record, bytes.curve);
  for (auto* part : {&bytes.record, &bytes.curve}) {
    for (auto& byte : *part) {
      const auto kept = byte;
      byte ^= std::byte(1 + draws() % 255);
      BOOST_TEST(!codec.decode(row.origin, bytes.record, bytes.curve));
      byte = kept;
    }
  }
  BOOST_TEST(!codec.decode({row.origin.island + 1, row.origin.ask}, bytes.record, bytes.curve));
  BOOST_TEST(!codec.decode({row.origin.island, row.origin.ask + 1}, bytes.record, bytes.curve));
  BOOST_TEST(!elsewhere.decode(row.origin, bytes.record, bytes.curve));
  BOOST_TEST(codec.decode(row.origin, bytes.record, bytes.curve).has_value());
}

BOOST_AUTO_TEST_CASE(garbage_is_no_record) {
  const auto stage = stage_of(1, 0, 2);
  const RowCodec codec(space_of(3), stage, 0);
  Bytes bytes{std::vector<std::byte>(codec.row_bytes()), std::vector<std::byte>(codec.curve_bytes())};
  for (int round = 0; round < 1000; ++round) {
    for (auto* part : {&bytes.record, &bytes.curve}) {
      for (auto& byte : *part) byte = std::byte(draws());
    }
    BOOST_TEST(!codec.decode({0, round}, bytes.record, bytes.curve));
    MigrationRecord migration;
    OpeningRecord opening;
    EndedRecord ended;
    std::memcpy(&migration, bytes.record.data(), sizeof migration);
    std::memcpy(&opening, bytes.record.data(), sizeof opening);
    std::memcpy(&ended, bytes.record.data(), sizeof ended);
    BOOST_TEST(!decode(migration, 0, 0, 0));
    BOOST_TEST(!decode(opening, 0, 0));
    BOOST_TEST(!decode(ended, 0, 0));
  }
}

BOOST_AUTO_TEST_CASE(migrations_openings_and_ends_come_back) {
  for (int round = 0; round < 100; ++round) {
    const Migration migration{.island = std::int32_t(draws() % 64),
                              .index = std::int64_t(draws() >> 1),
                              .told = std::int64_t(draws()),
                              .clock = draws(),
                              .stamp = draws(),
                              .migrant = {std::int32_t(draws()), std::int64_t(draws())},
                              .replaced = {std::int32_t(draws()), std::int64_t(draws())},
                              .fitness = double(draws())};
    const auto record = encode(migration, 3);
    const auto back = decode(record, 3, migration.island, migration.index);
    BOOST_REQUIRE(back);
    BOOST_TEST(back->told == migration.told);
    BOOST_TEST(back->clock == migration.clock);
    BOOST_TEST(back->stamp == migration.stamp);
    BOOST_TEST((back->migrant == migration.migrant && back->replaced == migration.replaced));
    BOOST_TEST(back->fitness == migration.fitness);
    BOOST_TEST(!decode(record, 3, migration.island, migration.index + 1));

    const Opening opening{.model = {draws(), draws()},
                          .origin = {std::int32_t(draws()), std::int64_t(draws())},
                          .validation = 0.5,
                          .test = 0.25,
                          .samples = std::int64_t(draws()),
                          .files = std::uint32_t(draws())};
    BOOST_TEST((decode(encode(opening, 1, 4), 1, 4) == opening));
    BOOST_TEST(!decode(encode(opening, 1, 4), 1, 5));
    BOOST_TEST((decode(encode(IslandEnd{round, 7}, 2, 9), 2, 9).value() == IslandEnd{round, 7}));
    BOOST_TEST(!decode(encode(IslandEnd{round, 7}, 2, 9), 2, 8));

    const Origin origin{std::int32_t(draws() % 64), std::int64_t(draws() % 1000)};
    const RunInfo run{
        .begun = 1e9, .seconds = 2.5, .messages = 0.5, .rank = 3, .ranks = 2, .attempts = 1 + round, .failures = round};
    auto begun = encode(run, 2, origin);
    BOOST_TEST(decode(begun, 2, origin).failures == round);
    BOOST_TEST(decode(begun, 2, origin).seconds == 2.5);
    BOOST_TEST((decode(begun, 2, origin).messages == 0.5 && decode(begun, 2, origin).ranks == 2));
    BOOST_TEST(decode(begun, 1, origin).attempts == 0);
    begun.attempts ^= 1 << (round % 31);   // a candidate is not taken for poisoned because a bit rotted
    BOOST_TEST(decode(begun, 2, origin).attempts == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_row_of_another_shape_is_refused) {
  const auto stage = stage_of(2, 1, 3);
  const RowCodec codec(space_of(4), stage, 0);
  Bytes bytes{std::vector<std::byte>(codec.row_bytes()), std::vector<std::byte>(codec.curve_bytes())};
  const auto good = random_row(4, stage);
  auto row = good;
  row.genome.push_back(1);
  BOOST_CHECK_THROW(codec.encode(row, bytes.record, bytes.curve), SystemError);
  row = good;
  row.evaluation.objectives.pop_back();
  BOOST_CHECK_THROW(codec.encode(row, bytes.record, bytes.curve), SystemError);
  row = good;
  row.evaluation.reported.clear();
  BOOST_CHECK_THROW(codec.encode(row, bytes.record, bytes.curve), SystemError);
  row = good;
  row.evaluation.curve.resize(4);
  BOOST_CHECK_THROW(codec.encode(row, bytes.record, bytes.curve), SystemError);
}
