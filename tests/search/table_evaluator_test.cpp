#include "search/table_evaluator.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace archipel;

namespace {

Table small_table() {
  return {.name = "small.csv",
          .keys = {"a0", "a7", "b0"},
          .objectives = {1, 2, 3},
          .reported = {10, 11, 20, 21, 30, 31},
          .costs = {5, 6, 7},
          .digest = digest_of("small")};
}

Space small_space() {
  return Space(
      {{.name = "letter", .choices = {"a", "b"}}, {.name = "digit", .kind = GeneKind::ordinal, .choices = {"0", "7"}}});
}

TableSettings small_settings() {
  TableSettings settings;
  settings.objective = "score";
  settings.maximise = false;
  settings.reported = {"r", "s"};
  return settings;
}

bool names_the_key(const InputError& error) {
  return std::string(error.what()).find("small.csv: no row for key 'b7'") == 0;
}

}   // namespace

BOOST_AUTO_TEST_CASE(genomes_are_looked_up) {
  const auto table = small_table();
  const auto space = small_space();
  TableEvaluator evaluator(small_settings(), table, space);
  BOOST_TEST(evaluator.objectives().at(0).name == "score");
  BOOST_TEST(!evaluator.objectives().at(0).maximise);
  BOOST_TEST(evaluator.reported() == small_settings().reported);
  BOOST_TEST(evaluator.units_per_cost() == 1000);
  const auto result = evaluator.evaluate({0, 1}, evaluator.key({0, 1}));
  BOOST_TEST(result.objectives == std::vector<double>{2});
  BOOST_TEST(result.reported == (std::vector<double>{20, 21}));
  BOOST_TEST(evaluator.cost({1, 0}) == 7u);
  BOOST_TEST((evaluator.key({0, 1}) != evaluator.key({1, 0})));
  auto other = table;
  other.digest = digest_of("other");
  BOOST_TEST((TableEvaluator(small_settings(), other, space).key({0, 1}) != evaluator.key({0, 1})));
}

BOOST_AUTO_TEST_CASE(a_genome_without_a_row_is_named) {
  const auto table = small_table();
  const auto space = small_space();
  TableEvaluator evaluator(small_settings(), table, space);
  BOOST_CHECK_EXCEPTION(evaluator.cost({1, 1}), InputError, names_the_key);
  BOOST_CHECK_EXCEPTION(evaluator.evaluate({1, 1}, {}), InputError, names_the_key);
}

BOOST_AUTO_TEST_CASE(spaces_without_texts_are_refused) {
  const auto table = small_table();
  const Space real({{.name = "x", .kind = GeneKind::real}});
  BOOST_CHECK_THROW(TableEvaluator(small_settings(), table, real), InputError);
  const Space cell = make_space(Study{});
  BOOST_CHECK_THROW(TableEvaluator(small_settings(), table, cell), InputError);
}

BOOST_AUTO_TEST_CASE(each_gene_may_have_a_column_and_look_ups_several_objectives_or_none) {
  const Space space({{.name = "depth", .choices = {"1", "11"}}, {.name = "width", .choices = {"1", "11"}}});
  auto settings = small_settings();
  settings.key = std::vector<std::string>{"width", "depth"};
  settings.objective = std::vector<std::string>{"score", "size"};
  settings.maximise = std::vector<bool>{true, false};
  settings.reported.clear();
  const double none = std::numeric_limits<double>::quiet_NaN();
  const Table table{.name = "small.csv",
                    .keys = {"1\x1f"
                             "1",
                             "1\x1f"
                             "11",
                             "11\x1f"
                             "1"},
                    .objectives = {1, 2, 3, 4, none, none},
                    .costs = {5, 6, 7},
                    .failed = {false, false, true}};
  TableEvaluator evaluator(settings, table, space);
  BOOST_TEST(evaluator.objectives().size() == 2u);
  BOOST_TEST((evaluator.objectives()[0].maximise && !evaluator.objectives()[1].maximise));
  BOOST_TEST(evaluator.evaluate({1, 0}, {}).objectives == (std::vector<double>{3, 4}));   // width 1, depth 11
  const auto failed = evaluator.evaluate({0, 1}, {});
  BOOST_TEST((failed.outcome == Outcome::diverged && std::isnan(failed.objectives.at(1))));
  BOOST_TEST(evaluator.cost({0, 1}) == 7u);
  BOOST_CHECK_EXCEPTION(evaluator.cost({1, 1}), InputError, [](const InputError& error) {
    return std::string(error.what()) == "small.csv: no row for width = 11, depth = 11";
  });
}
