#include "io/study_file.hpp"

#include "base/random.hpp"
#include "io/study_texts.hpp"
#include "study/settings.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace archipel;
using namespace archipel::test;

BOOST_AUTO_TEST_CASE(every_way_to_write_tables_is_read) {
  const Study study = read(valid);
  BOOST_TEST(study.name == "digits");
  BOOST_TEST(study.seed == 7u);
  BOOST_TEST(study.evaluator.function.name == "trap");
  BOOST_TEST(study.space.genes.size() == 2u);
  BOOST_TEST(study.space.genes[1].high == 1.0);
  BOOST_TEST(study.space.genes[1].when_values.size() == 2u);
  BOOST_TEST(study.stages.size() == 2u);
  BOOST_TEST(study.stages[0].budget.evaluations == 1000);
  BOOST_TEST(study.stages[0].migration.topology == "torus");
  BOOST_TEST(study.stages[0].migration.lag == 2.0);
  BOOST_TEST(study.stages[0].strategies.size() == 2u);
  BOOST_TEST(study.stages[0].strategies[1].window == 4);
  BOOST_TEST(study.stages[1].budget.cost == 1e9);
  BOOST_TEST(study.stages[1].strategies.size() == 1u);   // the default one
  BOOST_TEST(problems(trains).empty());
  BOOST_TEST(problems(looks_up).empty());
}

BOOST_AUTO_TEST_CASE(every_default_is_read_from_its_text) {
  for (const auto& setting : settings()) {
    if (setting.key.find("[]") != std::string::npos) continue;
    BOOST_TEST_CONTEXT(setting.key) {
      const Study study = read(trains, {setting.key + "=" + setting.standard, "data.train_images=a",
                                        "data.train_labels=b", "data.test_images=c", "data.test_labels=d"});
      BOOST_TEST(effective_text(study, true) == effective_text(read(trains), true));
    }
  }
}

BOOST_AUTO_TEST_CASE(effective_text_can_be_set_again) {
  const std::string effective = effective_text(read(valid), true);
  std::vector<std::string> sets;
  std::istringstream lines(effective);
  for (std::string line; std::getline(lines, line);) sets.push_back(line);
  const std::string bones =
      "[[space.gene]]\nname=\"p\"\n[[space.gene]]\nname=\"q\"\n[[stage]]\n[[stage.strategy]]\n[[stage.strategy]]\n[["
      "stage]]\n";
  BOOST_TEST(effective_text(read(bones, sets), true) == effective);
}

BOOST_AUTO_TEST_CASE(sets_override_the_file) {
  const Study study = read(
      valid, {"stage.0.budget.cost=1e9", "seed = 2", "name=other", "stage.1.strategy.0.kind=aging",
              "run.delay=[0.5, 1]", "space.gene.0.choices=[\"x\", \"z\"]", "stage.0.islands=4", "stage.0.islands=8"});
  BOOST_TEST(study.stages[0].budget.cost == 1e9);
  BOOST_TEST(study.seed == 2u);
  BOOST_TEST(study.name == "other");
  BOOST_TEST(study.stages[1].strategies.at(0).kind == "aging");
  BOOST_TEST(study.run.delay.at(1) == 1.0);
  BOOST_TEST(study.space.genes[0].choices.size() == 2u);
  BOOST_TEST(study.stages[0].islands == 8);
  const auto found = problems(valid, {"stage.0.islands=5"});
  BOOST_TEST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].starts_with("study.toml:25: stage.0.migration.topology"));
  BOOST_TEST(problems(valid, {"name=\"a\"\nseed=3"}).size() == 1u);   // one set is one value
}

BOOST_AUTO_TEST_CASE(what_is_no_toml_is_refused_with_line_and_column) {
  const auto found = problems("seed = 1\nname = = 2\n");
  BOOST_TEST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].starts_with("study.toml:2:8: not TOML: "), found[0]);
  BOOST_TEST(problems("seed = 1\nseed = 2\n").at(0).starts_with("study.toml:2:"));
  BOOST_TEST(problems("").back() == "study.toml: stage = []: the study needs at least one [[stage]]");
  BOOST_TEST(problems(std::string(1000, '[')).size() == 1u);
  BOOST_TEST(problems("x = " + std::string(5000, '[')).size() == 1u);
  BOOST_TEST(problems(std::string("\0\xff\xfe", 3)).size() == 1u);
}

BOOST_AUTO_TEST_CASE(random_mutations_are_read_or_refused) {
  Stream draws(2024, Purpose::ask, 0, 0, 0);
  const std::string bases[] = {valid, trains, looks_up};
  int accepted = 0, refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = bases[round % 3];
    for (auto left = 1 + draws.below(3); left > 0 && !text.empty(); --left) {
      const auto at = draws.below(std::uint32_t(text.size())),
                 length = std::min(draws.below(20), std::uint32_t(text.size()) - at);
      const auto other = draws.below(std::uint32_t(text.size()));
      switch (draws.below(5)) {
        case 0:
          text[at] = char(draws.below(256));
          break;
        case 1:
          text.erase(at, length);
          break;
        case 2:
          text.insert(at, text.substr(other, draws.below(40)));
          break;
        case 3:
          text.insert(at, 1, "[]{}\"'=.,#\n0123456789-e"[draws.below(23)]);
          break;
        default:
          text.resize(at);
      }
    }
    try {
      const Study study = read(text);
      BOOST_TEST(problems_of(study).empty());
      ++accepted;
    } catch (const InputError& error) {
      BOOST_TEST(!error.problems().empty());
      for (const auto& problem : error.problems()) BOOST_TEST(problem.starts_with("study.toml:"));
      ++refused;
    }
  }
  BOOST_TEST_MESSAGE(accepted << " accepted, " << refused << " refused");
  BOOST_TEST(accepted > 50);
  BOOST_TEST(refused > 1000);
}

BOOST_AUTO_TEST_CASE(files_are_read_or_refused_with_the_reason) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("archipel_study_file_test_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "study.toml").string(), text = valid + std::string("\0\r\n", 3);
  std::ofstream(path, std::ios::binary) << text;
  BOOST_TEST(io::read_text(path) == text);
  const auto refuses = [](const std::string& file, const std::string& reason) {
    BOOST_CHECK_EXCEPTION(io::read_text(file), InputError, [&](const InputError& error) {
      return error.problems().at(0).starts_with(file + ": ") && error.problems()[0].find(reason) != std::string::npos;
    });
  };
  refuses(path + "x", "No such file");
  refuses(folder.string(), "directory");
  refuses("/dev/zero", "larger than 16 MB");
  std::filesystem::remove_all(folder);
}
