#include "io/diff.hpp"

#include "io/user_block.hpp"
#include "results_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace archipel;
using namespace archipel::io;

namespace {

constexpr std::int64_t rows = 30;

/// Two files of the same content, and a writer that changes the second.
struct Pair {
  mpi::Communicator comm = world();
  SharedFolder folder{comm};
  std::string a = folder / "a.h5", b = folder / "b.h5";
  ResultsLayout layout = small_layout();

  Pair() {
    create_results(a, layout, comm);
    write_sample(a, layout, rows);
    auto other = layout;
    other.provenance[0].second = "another machine";   // not compared
    other.models = {"renamed"};
    create_results(b, other, comm);
    write_sample(b, layout, rows);
  }
  void change(Origin origin, auto change) {
    auto row = sample_row(layout, 0, origin);
    change(row);
    RowWriter(b, layout, 0, 1000).row(row, {.seconds = 99, .rank = 5});
  }
};

bool mentions(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}   // namespace

BOOST_FIXTURE_TEST_CASE(equal_files_have_no_difference, Pair) {
  RowWriter(b, layout, 0, 1000)
      .row(sample_row(layout, 0, {1, 3}), {.seconds = 99, .rank = 5});   // another run, the same row
  const auto found = diff(a, b);
  BOOST_TEST(found.same());
  BOOST_TEST(found.rows == 4 * rows + 1);
  BOOST_TEST(found.migrations == 12);
  BOOST_TEST(text_of(found) == "no difference: 121 rows, 12 migrations compared\n");
}

BOOST_FIXTURE_TEST_CASE(the_first_row_that_differs_is_named_with_gene_and_lineage, Pair) {
  change({3, 20}, [](Row& row) { row.genome[2] += 1e-9; });
  change({2, 20}, [](Row& row) { row.genome[2] = 0.125; });
  change({0, 25}, [](Row& row) { row.evaluation.objectives[0] = 5; });
  const auto found = diff(a, b);
  BOOST_REQUIRE(found.differences.size() == 1u);
  const auto& first = found.differences.front();
  BOOST_TEST((first.kind == Difference::Kind::rows));
  BOOST_TEST(first.place == "stage 0-search, island 2, ask 20");
  BOOST_TEST(first.field == "gene rate");
  BOOST_TEST(first.b == "0.125");
  BOOST_TEST(std::stod(first.a) == sample_row(layout, 0, {2, 20}).genome[2]);
  BOOST_TEST(found.differing_rows == 3);
  BOOST_REQUIRE(found.lineage.size() == 10u);   // 20, 18, ... 4, 2
  BOOST_TEST(found.lineage[0] == "2/20: crossover of 2/18 and 3/16 (differs)");
  BOOST_TEST(found.lineage[1] == "2/18: crossover of 2/16 and 3/14 (equal in both)");
  BOOST_TEST(found.lineage[9] == "2/2: random (equal in both)");
  const auto text = text_of(found);
  for (const auto* part : {"island 2, ask 20", "gene rate", "0.125", "3 rows differ", "2/18"})
    BOOST_TEST(mentions(text, part), text);
}

BOOST_FIXTURE_TEST_CASE(every_field_of_a_row_counts, Pair) {
  const std::pair<std::string, std::function<void(Row&)>> changes[] = {
      {"gene kind", [](Row& row) { row.genome[0] = row.genome[0] == 0 ? 2 : 0; }},
      {"op", [](Row& row) { row.op = Operator::given; }},
      {"parent1", [](Row& row) { row.parents[0].ask += 1; }},
      {"parent2", [](Row& row) { row.parents[1] = {}; }},
      {"key", [](Row& row) { row.key.low ^= 1; }},
      {"cost", [](Row& row) { row.cost += 1; }},
      {"clock", [](Row& row) { row.clock += 1; }},
      {"outcome", [](Row& row) { row.evaluation.outcome = Outcome::too_large; }},
      {"complexity", [](Row& row) { row.evaluation.objectives[1] = -0.0; }},
      {"test", [](Row& row) { row.evaluation.reported[0] = std::nan(""); }},
      {"weights", [](Row& row) { row.evaluation.weights.high ^= 8; }},
      {"late", [](Row& row) { row.late = !row.late; }},
      {"epoch 1: train_loss", [](Row& row) { row.evaluation.curve[1].train_loss *= 2; }},
      {"epoch 0: learning_rate", [](Row& row) { row.evaluation.curve[0].learning_rate = std::nan(""); }},
      {"curve_points", [](Row& row) { row.evaluation.curve.pop_back(); }},
  };
  for (const auto& [field, apply] : changes) {
    change({1, 12}, apply);
    const auto found = diff(a, b);
    BOOST_REQUIRE(!found.same());
    BOOST_TEST(found.differences.front().field == field);
    BOOST_TEST(mentions(found.differences.front().place, "island 1, ask 12"));
    BOOST_TEST(found.differing_rows == 1);
  }
  change({1, 12}, [](Row&) {});
  BOOST_TEST(diff(a, b).same());
}

BOOST_FIXTURE_TEST_CASE(rows_migrations_openings_and_ends_that_one_lacks_are_found, Pair) {
  {
    RowWriter writer(b, layout, 0, 1000);
    writer.row(sample_row(layout, 0, {0, rows}), {});
    auto migration = sample_migration(3, 1);
    migration.stamp += 1;
    writer.migration(migration);
    writer.migration(sample_migration(1, 3));
    writer.ended(0, {rows + 1, 3});
    RowWriter(b, layout, 1, 1000)
        .opening({.model = {1, 2}, .origin = {0, 0}, .validation = 0.93, .test = 0.9, .samples = 10000});
  }
  const auto found = diff(a, b);
  BOOST_REQUIRE(found.differences.size() == 4u);
  BOOST_TEST(found.differences[0].place == "stage 0-search, island 0, ask 30");
  BOOST_TEST(found.differences[0].a == "absent");
  BOOST_TEST(found.differences[1].place == "stage 0-search, island 3, arrival 1");
  BOOST_TEST(found.differences[1].field == "stamp");
  BOOST_TEST((found.differences[2].kind == Difference::Kind::ends));
  BOOST_TEST(found.differences[3].place == "stage 1-evaluate, island 0, opening 0");
  BOOST_TEST(found.differences[3].field == "test");
  BOOST_TEST(mentions(text_of(found), "present"));
}

BOOST_FIXTURE_TEST_CASE(files_damaged_at_the_same_places_are_not_equal, Pair) {
  const auto block = verify_metadata(a);
  const auto row = block.extent("stages/0-search/rows").offset + 3,
             migration = block.extent("stages/0-search/migration").offset + 3;
  for (const auto& path : {a, b}) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (const auto offset : {row, migration}) {
      file.seekg(offset);
      const auto byte = char(file.get() ^ 4);
      file.seekp(offset).put(byte);
    }
  }
  const auto found = diff(a, b);
  BOOST_REQUIRE(found.differences.size() == 2u);
  for (const auto& difference : found.differences) BOOST_TEST((difference.kind == Difference::Kind::damage));
  BOOST_TEST(found.migrations == 11);   // those behind the damaged one are compared
  BOOST_TEST(mentions(text_of(found), "damage: stage 0-search, island 0, migrations that do not hold"), text_of(found));
}

BOOST_FIXTURE_TEST_CASE(outcomes_of_the_machine_are_counted_not_compared, Pair) {
  change({1, 12}, [](Row& row) { row.evaluation.outcome = Outcome::timeout; });
  const auto found = diff(a, b);
  BOOST_TEST(found.same());
  BOOST_TEST(found.machine_rows == 1);
  BOOST_TEST(mentions(text_of(found), "1 rows ended by the machine"));
}

BOOST_FIXTURE_TEST_CASE(settings_and_layouts_are_compared, Pair) {
  const auto c = folder / "c.h5";
  auto other = layout;
  other.effective_text = "seed = 8\nstage.0.islands = 4\nextra = 1\n";
  other.seed = 8;
  other.stages[0].islands = 3;
  other.stages.pop_back();
  create_results(c, other, comm);
  const auto text = text_of(diff(a, c));
  for (const auto* part : {"settings, seed\n  A: 7\n  B: 8", "settings, extra\n  A: absent\n  B: 1", "/stages, stages",
                           "stage 0-search, islands"}) {
    BOOST_TEST(mentions(text, part), text);
  }
}
