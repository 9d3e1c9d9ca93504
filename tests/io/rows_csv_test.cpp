#include "io/rows_csv.hpp"

#include "base/error.hpp"
#include "io/csv.hpp"
#include "io/pack.hpp"
#include "io/results_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <charconv>

namespace archipel::io {
namespace {

constexpr std::int64_t rows_of_an_island = 20;

std::string text_of(const std::string& path, const std::vector<std::size_t>& stages) {
  std::string text;
  BOOST_TEST(write_rows(ResultsReader(path), stages, [&](std::string_view piece) { text += piece; }) == 0);
  return text;
}

double number(const std::string& text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  BOOST_TEST(read.ptr == text.data() + text.size());
  return value;
}

/// A row of the CSV is that of the file, number for number.
void check(const Csv& csv, std::size_t index, const Row& row) {
  const auto text = [&](const std::string& column) { return csv.texts(column).at(index); };
  BOOST_TEST(text("island") == std::to_string(row.origin.island));
  BOOST_TEST(text("ask") == std::to_string(row.origin.ask));
  BOOST_TEST(text("kind") == small_space().genes()[0].choices[std::size_t(row.genome[0])]);
  BOOST_TEST(number(text("depth")) == row.genome[1]);
  BOOST_TEST(number(text("rate")) == row.genome[2]);
  BOOST_TEST(number(text("cost_2")) == row.genome[3]);   // the gene called cost
  BOOST_TEST(number(text("accuracy")) == row.evaluation.objectives[0]);
  BOOST_TEST(text("outcome") == name_of(row.evaluation.outcome));
  BOOST_TEST(text("op") == name_of(row.op));
  BOOST_TEST(text("late") == (row.late ? "true" : "false"));
  BOOST_TEST(text("cost") == std::to_string(row.cost));
  BOOST_TEST(text("key_high") == std::to_string(row.key.high));
  BOOST_TEST(text("parent2_island") == std::to_string(row.parents[1].island));
  BOOST_TEST(text("weights_low") == std::to_string(row.evaluation.weights.low));
}

}   // namespace

BOOST_AUTO_TEST_CASE(all_rows_become_lines) {
  const auto comm = alone();
  const SharedFolder folder(comm);
  const auto path = folder / "r.h5";
  const auto layout = small_layout();
  create_results(path, layout, comm);
  write_sample(path, layout, rows_of_an_island);
  const auto text = text_of(path, {0, 1});
  const auto csv = Csv::parse(text, "rows");
  const auto islands = std::size_t(layout.stages[0].islands);
  BOOST_TEST_REQUIRE(csv.rows() == islands * std::size_t(rows_of_an_island) + 1);
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == std::ptrdiff_t(csv.rows()) + 1);
  BOOST_TEST(text.ends_with("\r\n"));
  std::size_t failed = 0;
  for (std::size_t i = 0; i + 1 < csv.rows(); ++i) {
    const Origin origin{std::int32_t(std::int64_t(i) / rows_of_an_island), std::int64_t(i) % rows_of_an_island};
    check(csv, i, sample_row(layout, 0, origin));
    BOOST_TEST(csv.texts("stage").at(i) == "0-search");
    failed += csv.texts("outcome").at(i) == "diverged";
  }
  BOOST_TEST(failed > 0u);
  check(csv, csv.rows() - 1, sample_row(layout, 1, {0, 0}));
  BOOST_TEST(csv.texts("stage").back() == "1-evaluate");
  BOOST_TEST(csv.texts("complexity").back() == "");   // which that stage has not
  for (const auto& column : row_record(layout.space, layout.stages[0]).columns)
    BOOST_TEST((std::ranges::find(csv.columns(), column.name) != csv.columns().end()), column.name);

  const auto one = Csv::parse(text_of(path, {1}), "rows");
  BOOST_TEST(one.rows() == 1u);
  BOOST_TEST((std::ranges::find(one.columns(), "complexity") == one.columns().end()));
}

BOOST_AUTO_TEST_CASE(genes_may_be_called_like_the_columns_in_front) {
  const auto comm = alone();
  const SharedFolder folder(comm);
  auto layout = small_layout();
  auto genes = layout.space.genes();
  genes[2].name = "stage";
  genes[3].name = "stage_2";
  layout.space = Space(genes);
  create_results(folder / "r.h5", layout, comm);
  write_sample(folder / "r.h5", layout, 2);
  const auto csv = Csv::parse(text_of(folder / "r.h5", {0}), "rows");
  const auto row = sample_row(layout, 0, {0, 1});
  BOOST_TEST(csv.texts("stage")[1] == "0-search");
  BOOST_TEST(number(csv.texts("stage_3")[1]) == row.genome[2]);
  BOOST_TEST(number(csv.texts("stage_2")[1]) == row.genome[3]);
}

BOOST_AUTO_TEST_CASE(stages_are_named_by_number_or_name) {
  const auto comm = alone();
  const SharedFolder folder(comm);
  create_results(folder / "r.h5", small_layout(), comm);
  const ResultsReader reader(folder / "r.h5");
  BOOST_TEST(stage_named(reader, "1") == 1u);
  BOOST_TEST(stage_named(reader, "0-search") == 0u);
  for (const std::string wrong : {"2", "-1", "search", ""})
    BOOST_CHECK_EXCEPTION(stage_named(reader, wrong), InputError, [](const InputError& error) {
      return std::string(error.what()).ends_with("has 0-search, 1-evaluate");
    });
  BOOST_TEST(Csv::parse(text_of(folder / "r.h5", {0, 1}), "rows").rows() == 0u);   // not begun
}

}   // namespace archipel::io
