#include "app/explain.hpp"
#include "base/error.hpp"
#include "io/study_file.hpp"
#include "study/settings.hpp"

#include <boost/test/unit_test.hpp>

using namespace archipel;

BOOST_AUTO_TEST_CASE(the_page_is_the_one_that_the_table_makes) {
  const std::string page = app::settings_page();
  BOOST_TEST((io::read_text(STUDY_PAGE) == page),
             "docs/study-file.md is stale: archipel explain --markdown > docs/study-file.md");
  for (const auto& setting : settings())
    BOOST_TEST(page.find("| " + setting.help + " |") != std::string::npos, setting.key);
}

BOOST_AUTO_TEST_CASE(the_example_of_the_page_is_a_valid_study) {
  const std::string page = app::settings_page(), fence = "```toml\n";
  const auto first = page.find(fence) + fence.size();
  const Study study = io::read_study(page.substr(first, page.find("```", first) - first), "example", {});
  BOOST_TEST(study.stages.size() == 2u);
  BOOST_TEST(study.stages[0].strategies.size() == 2u);
}

BOOST_AUTO_TEST_CASE(explain_finds_settings_and_tables) {
  for (const auto& setting : settings()) {
    const std::string full = app::explain(setting.key);
    BOOST_TEST_CONTEXT(full) {
      for (const auto& part :
           {setting.key, setting.type, setting.unit, setting.allowed, setting.standard, setting.help}) {
        BOOST_TEST(full.find(part) != std::string::npos);
      }
      BOOST_TEST(app::explain(written_key(setting.key, std::vector<std::size_t>{3, 14})) == full);
    }
  }
  BOOST_TEST(app::explain("stage.islands") == app::explain("stage[].islands"));
  BOOST_TEST(app::explain("training").find("  batch = 128") != std::string::npos);
  BOOST_TEST(app::explain("training").find("[[stage]]") == std::string::npos);
  BOOST_TEST(app::explain("stage.0.strategy") == app::explain("stage[].strategy[]"));
  BOOST_TEST(app::explain("label_smoothing") == app::explain("training.label_smoothing"));   // a name without its table
  for (const auto* one : {"[training]", "[stage.fidelity]"})                                 // a name of two tables
    BOOST_TEST(app::explain("learning_rate").find(one) != std::string::npos);
  BOOST_TEST(app::explain("budget") == app::explain("stage[].budget"));
  const std::string all = app::explain("");
  for (const auto& setting : settings()) BOOST_TEST(all.find(setting.help) != std::string::npos);
  for (const char* wrong : {"trainig", "training.bacth", "stage.0.x", ".", "[]", "\xff"}) {
    BOOST_CHECK_EXCEPTION(app::explain(wrong), InputError, [](const InputError& error) {
      return error.problems().at(0).find("nearest is ") != std::string::npos;
    });
  }
}
