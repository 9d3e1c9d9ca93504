#include "io/study_texts.hpp"

#include <boost/test/unit_test.hpp>

using namespace archipel::test;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  BOOST_TEST_REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// `valid` with one change has exactly the one problem that begins with `begins` and contains `contains`.
struct Mistake {
  std::string from, to, begins, contains;
};

void check(const std::string& base, const Mistake& mistake) {
  BOOST_TEST_CONTEXT(mistake.to) {
    const auto found = problems(replaced(base, mistake.from, mistake.to));
    for (const auto& text : found) BOOST_TEST_MESSAGE(text);
    BOOST_TEST_REQUIRE(found.size() == 1u);
    BOOST_TEST(found[0].starts_with(mistake.begins), found[0] << " does not begin with " << mistake.begins);
    BOOST_TEST(found[0].find(mistake.contains) != std::string::npos,
               found[0] << " does not contain " << mistake.contains);
  }
}

}   // namespace

BOOST_AUTO_TEST_CASE(single_values_that_are_wrong) {
  const Mistake mistakes[] = {
      {"batch = 64", "batch = 8", "study.toml:7: training.batch = 8: must be an integer, ", "allowed 16 to 65536"},
      {"batch = 64", "batch = 64.0", "study.toml:7: training.batch = 64.0: must be an integer", ""},
      {"batch = 64", "batch = \"64\"", "study.toml:7: training.batch = \"64\": must be an integer", ""},
      {"batch = 64", "batch = 2020-01-01", "study.toml:7: training.batch = (date or time): must be an integer",
       "16 to"},
      {"batch = 64", "batch = {}", "study.toml:7: training.batch = {...}: must be an integer", ""},
      {"batch = 64", "bacth = 64", "study.toml:7: unknown key training.bacth; nearest is training.batch", ""},
      {"[training]", "[trainig]", "study.toml:6: unknown table trainig; nearest is [training]", ""},
      {"seed = 7", "seed = 7\nlimits.cost = 5.0", "study.toml:3: limits.cost = 5.0: limits a training: must be 0",
       "evaluator.kind"},
      {"seed = 7", "seed = -1", "study.toml:2: seed = -1: must be", "0 to"},
      {"seed = 7", "seed = 1\n\"training.batch\" = 3", "study.toml:3: unknown key \"training.batch\"", ""},
      {"seed = 7", "seed = 1\ndata = 3", "study.toml:3: data = 3: must be a table, [data]", ""},
      {"\"digits\"", "\"a/b\"", "study.toml:1: name = \"a/b\": must be", "letters"},
      {"\"trap\"", "\"trip\"", "study.toml:4: evaluator.function.name = \"trip\"",
       "one of sphere, rastrigin, rosenbrock, onemax, trap"},
      {"lag = 2", "lag = nan", "study.toml:26: stage.0.migration.lag = nan: must be a number", ""},
      {"lag = 2", "lag = inf", "study.toml:26: stage.0.migration.lag = inf: must be a number", ""},
      {"lag = 2", "lag = -0.5", "study.toml:26: stage.0.migration.lag = -0.5", "0 to"},
      {"\"random\"", "\"list\"", "study.toml:30: stage.0.strategy.1.kind = \"list\"",
       "one of random, evolution, aging, "},
      {"[\"x\", \"y\", \"z\"]", "[\"x\", \"z\", 1]",
       "study.toml:12: space.gene.0.choices = [...]: must be a list of texts", ""},
      {"\"random\"", "\"portfolio\"\nmembers = []", "study.toml:31: stage.0.strategy.1.members = []", "at least one"},
      {"window = 4", "window = true", "study.toml:31: stage.0.strategy.1.window = true", "an integer"},
  };
  for (const auto& mistake : mistakes) check(valid, mistake);
  check("evaluator.kind = \"function\"\n[stage]\nkind = \"search\"\n",
        {"search", "search", "study.toml:2: stage = {...}: must be an array of tables, [[stage]]", ""});
  check("evaluator.kind = \"function\"\n[[stage]]\n",
        {"[stage]", "[stge]", "study.toml:2: unknown table stge; nearest is [[stage]]", ""});
  check("evaluator.kind = \"function\"\nstage = [1]\n",
        {"1", "2", "study.toml:2: stage = [2]: must be an array of tables, [[stage]]", ""});
}

BOOST_AUTO_TEST_CASE(values_that_do_not_fit_each_other) {
  const Mistake functions[] = {
      {"islands = 6", "islands = 5", "study.toml:25: stage.0.migration.topology = \"torus\": ", "stage.0.islands = 5"},
      {"\"torus\"", "\"hypercube\"", "study.toml:25: stage.0.migration.topology = \"hypercube\": ", "power of two"},
      {"\"torus\"", "\"random\"\ndegree = 6",
       "study.toml:26: stage.0.migration.degree = 6: ", "below the number of islands"},
      {"lag = 2", "migrants = 17",
       "study.toml:26: stage.0.migration.migrants = 17: must be at most stage.0.strategy.0.population = 16", ""},
      {"\"aging\"", "\"aging\"\npopulation = 2",
       "study.toml:29: stage.0.strategy.0.tournament = 3: must be at most stage.0.strategy.0.population = 2", ""},
      {"\"random\"", "\"cmaes\"", "study.toml:30: stage.0.strategy.1.kind = \"cmaes\": cmaes needs a space of genes",
       "nes"},
      {"islands = 6", "islands = 6\nfidelity.batch = 64", "study.toml:23: stage.0.fidelity.batch = 64: needs", "train"},
      {"1_000", "5", "study.toml:23: stage.0.budget.evaluations = 5: must be", "stage.0.islands = 6"},
      {"budget = { cost = 1e9 }", "", "study.toml:33: stage.1.budget.evaluations = 0: a search needs a budget",
       "stage.1.budget.seconds"},
      {"budget = { cost = 1e9 }", "kind = \"evaluate\"\nconfidence = 0.4",
       "study.toml:35: stage.1.confidence = 0.4: must be", "0.5 to 1"},
      {"name = \"b\"", "name = \"a\"", "study.toml:14: space.gene.1.name = \"a\": must be unlike", ""},
      {"low = 1e-3", "low = 2", "study.toml:16: space.gene.1.low = 2.0: must be below space.gene.1.high = 1.0", ""},
      {"low = 1e-3", "low = 0", "study.toml:16: space.gene.1.low = 0.0: must be above 0", "log_real"},
      {"when = \"a\"", "when = \"c\"", "study.toml:18: space.gene.1.when = \"c\": must name an earlier gene", ""},
      {"when = \"a\"", "when = \"b\"", "study.toml:18: space.gene.1.when = \"b\": must name an earlier gene", ""},
      {"[\"x\", \"z\"]", "[\"w\"]",
       "study.toml:19: space.gene.1.when_values = [\"w\"]: must be some of space.gene.0.choices",
       "[\"x\", \"y\", \"z\"]"},
      {"[\"x\", \"y\", \"z\"]", "[\"x\", \"z\", \"x\"]", "study.toml:12: space.gene.0.choices = ", "different"},
      {"when = \"a\"", "choices = [\"x\"]\nwhen = \"a\"",
       "study.toml:18: space.gene.1.choices = [\"x\"]: must be left out", "log_real"},
  };
  for (const auto& mistake : functions) check(valid, mistake);

  const Mistake training[] = {
      {"[data]", "[training]\nshards = 3\nbatch = 96\n[data]",
       "study.toml:2: training.shards = 3: must be a power of two", "allowed 1, 2, 4"},
      {"[data]", "[training]\nbatch = 130\n[data]",
       "study.toml:2: training.batch = 130: must be a multiple of training.shards = 4", ""},
      {"[data]", "[training]\nbatch = 32\n[data]", "study.toml:2: training.batch = 32: must be at least 64",
       "training.shards = 4"},
      {"train_images = \"a\"", "", "study.toml:1: data.train_images = \"\": must be set", "evaluator.kind"},
      {"train_labels = \"b\"", "train_shards = [\"s\"]",
       "study.toml:2: data.train_images = \"a\": must be \"\" with data.train_shards = [\"s\"]", "images and labels"},
      {"test_labels = \"d\"", "test_labels = \"d\"\nwindow = 8", "study.toml:6: data.window = 8: must be 0 without",
       "data.train_shards"},
      {"[data]", "run.stage_directory = \"/tmp\"\n[data]",
       "study.toml:1: run.stage_directory = \"/tmp\": must be \"\" without data.train_shards", ""},
      {"test_labels = \"d\"", "", "study.toml:1: data.test_labels = \"\": must be set", "evaluate"},
      {"[data]", "space.kind = \"genes\"\n[data]", "study.toml:1: space.kind = \"genes\": must be \"cell\"", "train"},
      {"10\n", "10\nfidelity.subset = 100\n", "study.toml:8: stage.0.fidelity.subset = 100: must be 0 or hold a batch",
       "training.batch = 128"},
      {"10\n", "10\nfidelity = { subset = 60, batch = 64 }\n",
       "study.toml:8: stage.0.fidelity.subset = 60: must be 0 or hold a batch", "stage.0.fidelity.batch = 64"},
      {"10\n", "10\nfidelity.batch = 66\n",
       "study.toml:8: stage.0.fidelity.batch = 66: must be a multiple of training.shards = 4", ""},
      {"10\n",
       "10\nfidelity.optimiser = \"adamw\"\nfidelity.learning_rate = 0.01\n[[space.gene]]\nname = "
       "\"optimiser\"\nchoices = [\"sgd\"]\n",
       "study.toml:8: stage.0.fidelity.optimiser = \"adamw\": must be left out: a gene of this name", ""},
      {"10\n", "10\nfidelity.optimiser = \"adamw\"\n",
       "study.toml:8: stage.0.fidelity.optimiser = \"adamw\": needs stage.0.fidelity.learning_rate",
       "training.learning_rate = 0.1 is for training.optimiser = \"sgd\""},
      {"10\n", "10\nfidelity = { epochs = 0, scores = [\"synflow\"], learning_rate = 0.1 }\n",
       "study.toml:8: stage.0.fidelity.learning_rate = 0.1: must be left out with stage.0.fidelity.epochs = 0", ""},
      {"10\n", "10\nfidelity.batch = 32\n", "study.toml:8: stage.0.fidelity.batch = 32: must be at least 64", ""},
      {"[data]", "space.gene = [{name = \"width.1\", choices = [\"1\"]}]\n[data]",
       "study.toml:1: space.gene.0.name = \"width.1\": is a gene that", ""},
      {"[data]", "space.gene = [{name = \"colour\", choices = [\"1\"]}]\n[data]",
       "study.toml:1: space.gene.0.name = \"colour\": must be the name", ""},
      {"[data]", "space.gene = [{name = \"precision\", choices = [\"float32\"]}]\n[data]",
       "study.toml:1: space.gene.0.name = \"precision\": must be the name", "other than shards and precision"},
      {"[data]", "training.precision = \"bfloat16\"\n[data]",
       "study.toml:1: training.precision = \"bfloat16\": needs numerics.isa = \"avx512_bf16\"", "numerics.device"},
      {"[data]", "space.gene = [{name = \"batch\", choices = [\"64\", \"66\"]}]\n[data]",
       "study.toml:1: space.gene.0.choices = ", "training.batch"},
      {"[data]", "space.gene = [{name = \"momentum\", kind = \"real\"}]\n[data]",
       "study.toml:1: space.gene.0.high = 1.0: must fit training.momentum", "0 to 0.9999"},
  };
  for (const auto& mistake : training) check(trains, mistake);
  const auto late = problems(replaced(trains, "budget.evaluations = 10", "kind = \"evaluate\""));
  BOOST_TEST_REQUIRE(late.size() == 2u);   // neither of the two stages has a search before it
  BOOST_TEST(
      late[0].starts_with("study.toml:7: stage.0.kind = \"evaluate\": needs a stage of kind \"search\" before it"));

  const Mistake tables[] = {
      {"file = \"t.csv\"", "", "study.toml:3: evaluator.table.file = \"\": must be set", ""},
      {"key = \"k\"", "", "study.toml:3: evaluator.table.key = \"\": must be set", ""},
      {"objective = \"o\"", "", "study.toml:3: evaluator.table.objective = \"\": must be set", ""},
      {"key = \"k\"", "key = [\"op\", \"width\"]",
       "study.toml:6: evaluator.table.key = [\"op\", \"width\"]: several columns must be named after the genes",
       "[\"op\"]"},
      {"key = \"k\"", "key = [\"op\", \"op\"]", "study.toml:6: evaluator.table.key = ", "each once"},
      {"key = \"k\"", "key = []", "study.toml:6: evaluator.table.key = []: must be set", ""},
      {"key = \"k\"", "key = 3", "study.toml:6: evaluator.table.key = 3: must be a text in quotes or a list of texts",
       ""},
      {"objective = \"o\"", "objective = [\"o\", \"o\"]",
       "study.toml:7: evaluator.table.objective = [\"o\", \"o\"]: must all be different", ""},
      {"objective = \"o\"", "objective = [\"o\", \"p\"]\nmaximise = [true, false, true]",
       "study.toml:8: evaluator.table.maximise = [true, false, true]: must be one for all, or one for each of",
       "evaluator.table.objective"},
      {"objective = \"o\"", "objective = \"o\"\nmaximise = 1",
       "study.toml:8: evaluator.table.maximise = 1: must be a boolean or a list of booleans", ""},
      {"objective = \"o\"", "objective = \"o\"\nmissing = \"skip\"",
       "study.toml:8: evaluator.table.missing = \"skip\": must be", "refuse, diverged"},
      {"[1, 0.5]", "[0.5, 9007199254740993]", "study.toml:9: evaluator.table.cost_weights = [...]: must be", ""},
      {"[1, 0.5]", "[1]", "study.toml:9: evaluator.table.cost_weights = [1.0]: must have one entry", "[\"s\", \"t\"]"},
      {", gene = [{ name = \"op\", choices = [\"0\", \"1\"] }]", "",
       "study.toml:1: space.kind = \"genes\": needs a [[space.gene]]", ""},
      {"choices = [\"0\", \"1\"]", "kind = \"real\"",
       "study.toml:1: space.gene.0.kind = \"real\": must be categorical or ordinal", ""},
      {"file =", "fil =", "study.toml:5: unknown key evaluator.table.fil; nearest is evaluator.table.file", ""},
  };
  for (const auto& mistake : tables) check(looks_up, mistake);
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_reported_at_once_in_the_order_of_the_file) {
  const std::string text = R"(seed = "one"
trainig = 3
[training]
batch = 4
bacth = 64
learning_rate = nan
optimiser = "lion"
[data]
train_images = ["a"]
[[stage]]
kind = "seach"
islands = 0
fidelity.epochs = 1.5
budget.evaluation = 100
[stage.migration]
topology = "star"
[[stage]]
islands = 7
budget.cost = -1
migration = { topology = "torus" }
)";
  const auto found =
      problems(text, {"seed=x", "stage.5.islands=2", "nonsense", "training.flip=1", "stage.0.migratin.lag=1"});
  const std::vector<std::string> expected = {
      "study.toml:1: seed = ",
      "study.toml:2: unknown key trainig",
      "study.toml:4: training.batch = 4: ",
      "study.toml:5: unknown key",
      "study.toml:6: training.learning_rate",
      "study.toml:7: training.optimiser",
      "study.toml:9: data.train_images",
      "study.toml:11: stage.0.kind",
      "study.toml:12: stage.0.islands = 0",
      "study.toml:13: stage.0.fidelity",
      "study.toml:14: unknown key stage.0.budget.evaluation; nearest is stage[].budget.evaluations",
      "study.toml:16: stage.0.migration.topology",
      "study.toml:19: stage.1.budget.cost",
      "--set: seed = \"x\": must be an integer",
      "--set: stage.5.islands: there are 2 entries of [[stage]]",
      "--set: \"nonsense\" must be key=value",
      "--set: training.flip = 1: must be a boolean",
      "--set: unknown key stage.0.migratin.lag; nearest is stage[].migration.lag",
      "study.toml:8: data.train_labels = \"\": must be set",
  };
  BOOST_TEST_REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    BOOST_TEST(found[i].starts_with(expected[i]), found[i] << " does not begin with " << expected[i]);
}
