#include "io/status.hpp"

#include "base/error.hpp"
#include "io/user_block.hpp"
#include "results_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>

using namespace archipel;
using namespace archipel::io;

namespace {

struct Made {
  mpi::Communicator comm = world();
  SharedFolder folder{comm};
  std::string path = folder / "results.h5";
  ResultsLayout layout = small_layout();
  Made() { create_results(path, layout, comm); }
};

void flip(const std::string& path, std::int64_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const char kept = char(file.get());
  file.seekp(at).put(char(kept ^ 4));
}

}   // namespace

BOOST_FIXTURE_TEST_CASE(a_new_file_is_resumable, Made) {
  const auto found = status(path);
  BOOST_TEST((found.health == Health::resumable));
  BOOST_TEST(found.seed == 7u);
  BOOST_TEST(found.genes == 4u);
  BOOST_REQUIRE(found.stages.size() == 2u);
  BOOST_TEST(found.stages[0].rows == 0);
  BOOST_TEST(!found.stages[0].best);
  BOOST_TEST(text_of(found).find("not begun") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(counts_and_the_best_are_right, Made) {
  constexpr std::int64_t rows = 30;
  {
    RowWriter writer(path, layout, 0, 1000);
    for (std::int32_t island = 0; island < 4; ++island) {
      for (std::int64_t ask = 0; ask < rows; ++ask) writer.row(sample_row(layout, 0, {island, ask}), {.seconds = 0.5});
    }
    writer.ended(1, {rows, 3});
  }
  double cost = 0;
  std::optional<Row> best;
  std::int64_t ok = 0;
  for (std::int32_t island = 0; island < 4; ++island) {
    for (std::int64_t ask = 0; ask < rows; ++ask) {
      const auto row = sample_row(layout, 0, {island, ask});
      cost += double(row.cost) / 1000;
      if (row.evaluation.outcome != Outcome::ok) continue;
      ++ok;
      if (!best || row.evaluation.objectives[0] > best->evaluation.objectives[0]) best = row;
    }
  }
  const auto found = status(path);
  const auto& stage = found.stages[0];
  BOOST_TEST((found.health == Health::resumable));
  BOOST_TEST(stage.rows == 4 * rows);
  BOOST_TEST(stage.islands_ended == 1);
  BOOST_TEST(stage.outcomes.at(Outcome::ok) == ok);
  BOOST_TEST(stage.outcomes.at(Outcome::diverged) == 4 * rows - ok);
  BOOST_TEST(stage.cost == cost, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(stage.seconds == 60, boost::test_tools::tolerance(1e-12));
  BOOST_REQUIRE(stage.best);
  BOOST_TEST((stage.best->origin == best->origin));
}

BOOST_FIXTURE_TEST_CASE(a_finished_file_says_so_in_few_lines, Made) {
  write_sample(path, layout, 30);
  const auto found = status(path);
  BOOST_TEST((found.health == Health::finished));
  BOOST_TEST((found.stages[1].openings == std::vector<std::pair<double, double>>{{0.93, 0.92}}));
  const auto text = text_of(found);
  BOOST_TEST_MESSAGE(text);
  BOOST_TEST(std::ranges::count(text, '\n') <= 15);
  for (const auto* part :
       {"finished", "120 rows", "4 of 4 islands", "accuracy", "12 migrants arrived, 12 entered", "test set   0.92"}) {
    BOOST_TEST(text.find(part) != std::string::npos, text);
  }
}

BOOST_FIXTURE_TEST_CASE(migrants_that_were_taken_and_their_offspring_are_counted, Made) {
  {
    RowWriter writer(path, layout, 0, 1000);
    for (std::int64_t ask = 0; ask < 10; ++ask) {
      auto row = sample_row(layout, 0, {0, ask});
      row.parents = {Origin{0, 0}, ask < 3 ? Origin{2, 5} : Origin{}};
      writer.row(row, {});
    }
    for (std::int64_t index = 0; index < 3; ++index) {
      auto migration = sample_migration(0, index);
      if (index == 1) migration.replaced = migration.migrant;   // worse than all, or there already
      if (index == 2) migration.replaced = {};                  // there was room
      writer.migration(migration);
    }
  }
  const auto found = status(path);
  BOOST_TEST(found.stages[0].migrations == 3);
  BOOST_TEST(found.stages[0].taken == 2);
  BOOST_TEST(found.stages[0].offspring == 3);
  BOOST_TEST(found.stages[1].offspring == 0);
}

namespace {

/// Each island of a stage has a row of each of these outcomes, and ends.
void write_outcomes(const Made& made, std::size_t stage, const std::vector<Outcome>& outcomes) {
  RowWriter writer(made.path, made.layout, stage, 1000);
  for (std::int32_t island = 0; island < std::int32_t(made.layout.stages[stage].islands); ++island) {
    for (std::size_t ask = 0; ask < outcomes.size(); ++ask) {
      auto row = sample_row(made.layout, stage, {island, std::int64_t(ask)});
      row.evaluation.outcome = outcomes[ask];
      writer.row(row, {});
    }
    writer.ended(island, {std::int64_t(outcomes.size()), 0});
  }
}

}   // namespace

BOOST_FIXTURE_TEST_CASE(a_search_without_success_is_finished_and_says_why, Made) {
  write_outcomes(*this, 0, {Outcome::diverged, Outcome::error, Outcome::diverged, Outcome::too_large});
  write_outcomes(*this, 1, {});   // there are no finalists
  const auto found = status(path);
  BOOST_TEST((found.health == Health::fruitless));
  const auto why = why_fruitless(found);
  BOOST_TEST(why.text.starts_with("stage 0-search: 8 diverged, 4 too_large, 4 error; "), why.text);
  BOOST_TEST(why.text.ends_with("of a table they are rows that mean a failure"), why.text);
  BOOST_TEST(!why.of_machine);
  BOOST_TEST(
      text_of(found).find("finished, but no candidate succeeded; stage 0-search: 8 diverged") != std::string::npos,
      text_of(found));
}

BOOST_FIXTURE_TEST_CASE(finalists_that_all_fail_are_why_a_study_is_fruitless, Made) {
  write_outcomes(*this, 0, {Outcome::ok, Outcome::diverged});
  write_outcomes(*this, 1, {Outcome::out_of_memory, Outcome::out_of_memory});
  const auto found = status(path);
  BOOST_TEST((found.health == Health::fruitless));
  const auto why = why_fruitless(found);
  BOOST_TEST(why.text.starts_with("stage 1-evaluate: 2 out_of_memory; "), why.text);
  BOOST_TEST(why.of_machine);
}

BOOST_FIXTURE_TEST_CASE(a_file_with_a_damaged_row_is_not_finished, Made) {
  const auto block = verify_metadata(path);
  const auto first = block.extent("stages/0-search/rows").offset;
  {
    RowWriter writer(path, layout, 0, 1000);
    for (std::int64_t ask = 0; ask < 5; ++ask) writer.row(sample_row(layout, 0, {0, ask}), {});
  }
  flip(path, first + 3);
  auto found = status(path);
  BOOST_TEST((found.health == Health::resumable));
  BOOST_TEST(found.stages[0].broken == 1);
  BOOST_TEST(found.stages[0].rows == 4);
  RowWriter(path, layout, 0, 1000).ended(0, {5, 2});
  found = status(path);
  BOOST_TEST((found.health == Health::resumable));
  BOOST_TEST(found.stages[0].missing == 1);
  BOOST_TEST(found.stages[0].missing_migrations == 2);
  BOOST_TEST(text_of(found).find("missing    1 rows") != std::string::npos);
  BOOST_TEST(text_of(found).find("missing    2 migrations") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(damaged_metadata_is_a_status_and_no_file_is_an_error, Made) {
  flip(path, 4500);
  const auto found = status(path);
  BOOST_TEST((found.health == Health::broken));
  BOOST_TEST(text_of(found).find("digest differs") != std::string::npos, text_of(found));
  BOOST_CHECK_THROW(status(folder / "absent.h5"), InputError);
}
