#include "study/settings.hpp"

#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>

using namespace archipel;

namespace {

constexpr std::array<std::size_t, 2> first_entries{};

/// One entry in every array of tables.
Study full_study() {
  Study study;
  study.space.genes.resize(2);
  study.stages.resize(2);
  study.tasks.resize(2);
  study.latency.operations.resize(2);
  for (auto& stage : study.stages) stage.strategies.resize(2);
  return study;
}

/// Another allowed value of the setting: the study with it stored.
bool store_another(const Setting& setting, Study& study, std::span<const std::size_t> index) {
  const std::vector<Value> trials = {true,
                                     false,
                                     std::int64_t{64},
                                     std::int64_t{5},
                                     std::int64_t{1000},
                                     0.25,
                                     0.75,
                                     7.5,
                                     std::string("other"),
                                     std::vector<std::string>{"conv3x3", "identity"},
                                     std::vector<std::string>{"conv3x3"},
                                     std::vector<std::int64_t>{3, 4},
                                     std::vector<double>{0.5, 0.1}};
  const auto before = setting.load(study, index);
  for (const auto& trial : trials) {
    if (setting.store(study, index, trial).empty() && setting.load(study, index) != before) return true;
  }
  const auto place = setting.allowed.find("one of ");
  if (place == std::string::npos) return false;
  std::istringstream choices(setting.allowed.substr(place + 6));
  for (std::string choice; std::getline(choices, choice, ',');) {
    const auto text = choice.substr(1);
    const Value other = setting.type == "texts" ? Value(std::vector{text}) : Value(text);
    if (setting.store(study, index, other).empty() && setting.load(study, index) != before) return true;
  }
  return false;
}

}   // namespace

BOOST_AUTO_TEST_CASE(every_setting_is_complete) {
  std::set<std::string> keys;
  const std::set<std::string> types = {
      "boolean", "integer", "real", "text", "texts", "integers", "reals", "text or texts", "boolean or booleans"};
  BOOST_TEST(settings().size() >= 79u);
  for (const auto& setting : settings()) {
    BOOST_TEST_CONTEXT(setting.key) {
      BOOST_TEST(keys.insert(setting.key).second);
      BOOST_TEST(types.contains(setting.type));
      BOOST_TEST(!setting.allowed.empty());
      BOOST_TEST(!setting.standard.empty());
      BOOST_TEST(setting.help.ends_with("."));
      BOOST_TEST(find_setting(setting.key) == &setting);
      BOOST_TEST(nearest_key(setting.key) == setting.key);
      BOOST_TEST((setting.scope == Scope::run) ==
                 (setting.key.starts_with("run.") || setting.key.starts_with("results.") || setting.unit == "path" ||
                  setting.key == "evaluator.function.sleep" || setting.key == "limits.machine_outcomes" ||
                  setting.key == "limits.deaths"));
    }
  }
}

BOOST_AUTO_TEST_CASE(defaults_are_allowed_and_printed_as_they_are) {
  for (const auto& setting : settings()) {
    BOOST_TEST_CONTEXT(setting.key) {
      Study study;
      const Value standard = setting.load(full_study(), first_entries);
      BOOST_TEST(to_text(standard) == setting.standard);
      const bool must_be_set = setting.key.ends_with("[].name");
      BOOST_TEST(setting.store(study, first_entries, standard).empty() == !must_be_set);
      if (!must_be_set) BOOST_TEST((setting.load(study, first_entries) == standard));
    }
  }
}

BOOST_AUTO_TEST_CASE(each_setting_changes_its_own_value_at_its_own_position) {
  for (const auto& setting : settings()) {
    BOOST_TEST_CONTEXT(setting.key) {
      Study study = full_study();
      const std::array<std::size_t, 2> last{1, 1};
      BOOST_TEST_REQUIRE(store_another(setting, study, last));
      const auto positions = std::size_t(setting.key.find("[]") != std::string::npos) +
                             (setting.key.find("strategy[]") != std::string::npos);
      const auto written = written_key(setting.key, std::span(last).first(positions));
      std::istringstream before(effective_text(full_study(), true)), after(effective_text(study, true));
      std::string old_line, new_line, changed;
      int changes = 0;
      while (std::getline(before, old_line) && std::getline(after, new_line)) {
        if (old_line != new_line) ++changes, changed = new_line;
      }
      BOOST_TEST(changes == 1);
      BOOST_TEST(changed == written + " = " + to_text(setting.load(study, last)));
      BOOST_TEST((effective_text(study, false) == effective_text(full_study(), false)) ==
                 (setting.scope == Scope::run));
    }
  }
}

BOOST_AUTO_TEST_CASE(effective_text_names_every_setting_of_every_entry) {
  std::istringstream lines(effective_text(full_study(), true));
  std::set<std::string> seen;
  Study copy;
  for (std::string line; std::getline(lines, line);) {
    const std::string written = line.substr(0, line.find(" = "));
    const PlacedKey placed = placed_key(written);
    BOOST_TEST_CONTEXT(line) {
      const auto* setting = find_setting(placed.key);
      BOOST_TEST_REQUIRE(setting);
      BOOST_TEST(seen.insert(written).second);
      BOOST_TEST(written_key(placed.key, placed.index) == written);
      if (!placed.key.ends_with("[].name"))
        BOOST_TEST(setting->store(copy, placed.index, setting->load(full_study(), placed.index)) == "");
    }
  }
  BOOST_TEST(effective_text(copy, true) == effective_text(full_study(), true));
}

BOOST_AUTO_TEST_CASE(nan_infinities_and_other_types_are_refused) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (const auto& setting : settings()) {
    BOOST_TEST_CONTEXT(setting.key) {
      Study study = full_study();
      const std::string before = effective_text(study, true);
      const auto refuses = [&](const Value& value) { return !setting.store(study, first_entries, value).empty(); };
      for (const double bad : {nan, infinity, -infinity}) {
        BOOST_TEST(refuses(bad));
        BOOST_TEST(refuses(std::vector<double>{bad}));
      }
      if (!setting.type.starts_with("boolean")) BOOST_TEST(refuses(true));
      if (setting.type != "text" && setting.type != "text or texts") BOOST_TEST(refuses(std::string("1")));
      if (setting.type != "integer" && setting.type != "real") BOOST_TEST(refuses(std::int64_t{1}));
      if (setting.type != "real") BOOST_TEST(refuses(1.0));
      BOOST_TEST(refuses(std::int64_t{-4'000'000'000'000'000'000}) ==
                 (setting.key != "space.gene[].low" && setting.key != "space.gene[].high"));
      BOOST_TEST(refuses(std::string("a\nb")));
      if (setting.key != "space.gene[].low" && setting.key != "space.gene[].high")
        BOOST_TEST(effective_text(study, true) == before);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_integer_stands_for_a_real_and_an_empty_list_for_any) {
  Study study;
  BOOST_TEST(find_setting("limits.memory")->store(study, {}, std::int64_t{512}) == "");
  BOOST_TEST(study.limits.memory == 512.0);
  BOOST_TEST(find_setting("run.delay")->store(study, {}, std::vector<std::string>{}) == "");
  BOOST_TEST(find_setting("evaluator.table.cost_weights")->store(study, {}, std::vector<std::int64_t>{1, 2}) == "");
  BOOST_TEST(study.evaluator.table.cost_weights.at(1) == 2.0);
  BOOST_TEST(find_setting("space.cells")->store(study, {}, std::vector<std::string>{}) != "");
  BOOST_TEST(find_setting("space.cells")->store(study, {}, std::vector<std::int64_t>{2, 2}) != "");
  BOOST_TEST(find_setting("training.batch")->store(study, {}, std::int64_t{15}) == "an integer, allowed 16 to 65536");
}

BOOST_AUTO_TEST_CASE(an_integer_that_a_real_would_round_is_refused) {
  Study study;
  const auto* low = find_setting("space.gene[].low");
  const std::int64_t exact = std::int64_t{1} << 53;
  for (const auto number : {exact, -exact, exact + 2, std::numeric_limits<std::int64_t>::min()})
    BOOST_TEST(low->store(study, first_entries, number) == "");
  for (const auto number : {exact + 1, -exact - 1, std::numeric_limits<std::int64_t>::max()})
    BOOST_TEST(low->store(study, first_entries, number) != "");
  BOOST_TEST(find_setting("run.delay")->store(study, {}, std::vector<std::int64_t>{1, exact + 1}) != "");
}

BOOST_AUTO_TEST_CASE(one_value_stands_for_a_list_of_one) {
  Study study;
  const auto* key = find_setting("evaluator.table.key");
  BOOST_TEST(key->store(study, {}, std::string("k")) == "");
  BOOST_TEST(to_text(key->load(study, {})) == "\"k\"");
  BOOST_TEST(key->store(study, {}, std::vector<std::string>{"k"}) == "");
  BOOST_TEST(to_text(key->load(study, {})) == "\"k\"");
  BOOST_TEST(key->store(study, {}, std::vector<std::string>{"a", "b"}) == "");
  BOOST_TEST(to_text(key->load(study, {})) == "[\"a\", \"b\"]");
  BOOST_TEST(key->store(study, {}, std::vector<std::string>{"a", "b\n"}) != "");
  BOOST_TEST(key->store(study, {}, std::vector<std::int64_t>{1}) != "");
  const auto* maximise = find_setting("evaluator.table.maximise");
  BOOST_TEST(maximise->store(study, {}, std::vector<bool>{true, false}) == "");
  BOOST_TEST(to_text(maximise->load(study, {})) == "[true, false]");
  BOOST_TEST(maximise->store(study, {}, std::vector<std::string>{"true"}) != "");
}

BOOST_AUTO_TEST_CASE(bounds_of_integers_are_exact) {
  for (const auto& setting : settings()) {
    if (setting.type != "integer") continue;
    BOOST_TEST_CONTEXT(setting.key) {
      const auto to = setting.allowed.find(" to ");
      const std::int64_t low = std::stoll(setting.allowed), high = std::stoll(setting.allowed.substr(to + 4));
      Study study;
      BOOST_TEST(setting.store(study, first_entries, low) == "");
      BOOST_TEST(setting.store(study, first_entries, high) == "");
      BOOST_TEST(setting.store(study, first_entries, low - 1) != "");
      if (high < std::numeric_limits<std::int64_t>::max())
        BOOST_TEST(setting.store(study, first_entries, high + 1) != "");
    }
  }
}

BOOST_AUTO_TEST_CASE(nearest_key_finds_slips) {
  BOOST_TEST(nearest_key("training.bacth") == "training.batch");
  BOOST_TEST(nearest_key("traning.learning_rte") == "training.learning_rate");
  BOOST_TEST(nearest_key("stage.3.budget.evalutions") == "stage[].budget.evaluations");
  BOOST_TEST(nearest_key("stage.0.strategy.1.knd") == "stage[].strategy[].kind");
  BOOST_TEST(nearest_key("") != "");
}

BOOST_AUTO_TEST_CASE(values_as_text) {
  BOOST_TEST(to_text(0.1) == "0.1");
  BOOST_TEST(to_text(100.0) == "100.0");
  BOOST_TEST(to_text(1.0 / 3) == "0.3333333333333333");
  BOOST_TEST(to_text(std::string("a\"b\\\n")) == "\"a\\\"b\\\\\\u000a\"");
  BOOST_TEST(to_text(std::vector<std::string>{"a", "b"}) == "[\"a\", \"b\"]");
  BOOST_TEST(to_text(std::vector<std::int64_t>{}) == "[]");
  Stream draws(7, Purpose::ask, 0, 0, 0);
  for (int i = 0; i < 2000; ++i) {
    const double value = std::ldexp(draws.unit() - 0.5, int(draws.below(2000)) - 1000);
    BOOST_TEST(std::stod(to_text(value)) == value);
  }
}
