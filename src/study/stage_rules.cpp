#include "study/rules.hpp"

#include <algorithm>
#include <bit>

namespace archipel {
namespace {

bool is_prime(std::int64_t number) {   // of numbers from 2 to a million
  for (std::int64_t factor = 2; factor * factor <= number; ++factor) {
    if (number % factor == 0) return false;
  }
  return true;
}

void check_topology(Rules& rules, const StageSettings& stage, const std::string& key) {
  const auto& migration = stage.migration;
  const std::string topology = key + "migration.topology";
  const auto with = " with " + rules.shown(key + "islands");
  if (migration.topology == "torus") {
    rules.require(
        stage.islands >= 4 && !is_prime(stage.islands), topology,
        "needs rows x columns, both at least 2;" + with + " there are none, allowed 4, 6, 8, 9, 10, 12, ... islands");
  } else if (migration.topology == "hypercube") {
    rules.require(std::has_single_bit(std::uint64_t(stage.islands)), topology,
                  "needs a power of two," + with + "; allowed 1, 2, 4, 8, ... islands");
  } else if (migration.topology == "random") {
    rules.require(migration.degree < stage.islands, key + "migration.degree",
                  "must be below the number of islands" + with + " and migration.topology = \"random\"");
    rules.require(migration.degree >= 2 || stage.islands <= 2, key + "migration.degree",
                  "must be at least 2" + with + " and migration.topology = \"random\", or they are not connected");
    rules.require(stage.islands % 2 == 0 || migration.degree % 2 == 0, key + "migration.degree",
                  "times islands must be even" + with +
                      " and migration.topology = \"random\"; allowed an even degree or an even number of islands");
  }
}

bool has_only_reals(const Study& study) {
  const auto& function = study.evaluator.function.name;
  if (study.space.kind == "cell") return false;
  if (study.space.genes.empty()) return function != "onemax" && function != "trap";
  return std::ranges::all_of(study.space.genes,
                             [](const auto& gene) { return gene.kind == "real" || gene.kind == "log_real"; });
}

void check_strategies(Rules& rules, const StageSettings& stage, const std::string& key) {
  for (std::size_t i = 0; i < stage.strategies.size(); ++i) {
    const auto& strategy = stage.strategies[i];
    const std::string entry = key + "strategy." + std::to_string(i) + ".";
    const bool is_portfolio = strategy.kind == "portfolio";
    const auto runs = [&](const char* kind) {
      return is_portfolio ? std::ranges::find(strategy.members, kind) != strategy.members.end() : strategy.kind == kind;
    };
    const bool several = strategy.kind.starts_with("nsga");
    if (runs("evolution") || runs("aging") || several) {
      rules.require(strategy.population >= 2, entry + "population",
                    "must be at least 2 with " + rules.shown(entry + "kind"));
      const bool selects = !is_portfolio;
      rules.require(!selects || strategy.tournament <= strategy.population, entry + "tournament",
                    "must be at most " + rules.shown(entry + "population"));
    }
    rules.require(!several || stage.objectives.size() > 1, entry + "kind",
                  "needs at least two names in " + key + "objectives");
    rules.require(!runs("cmaes") || has_only_reals(rules.study()), entry + (is_portfolio ? "members" : "kind"),
                  "cmaes needs a space of genes of kind \"real\" and \"log_real\" alone (nes takes all kinds)");
  }
  if (stage.islands == 1 || stage.migration.topology == "none" || stage.strategies.empty()) return;
  const auto smallest =
      std::ranges::min_element(stage.strategies, {}, &StrategySettings::population) - stage.strategies.begin();
  rules.require(stage.migration.migrants <= stage.strategies[std::size_t(smallest)].population,
                key + "migration.migrants",
                "must be at most " + rules.shown(key + "strategy." + std::to_string(smallest) + ".population"));
}

void check_search(Rules& rules, const StageSettings& stage, const std::string& key) {
  const auto& budget = stage.budget;
  rules.require(budget.evaluations > 0 || budget.cost > 0 || budget.seconds > 0, key + "budget.evaluations",
                "a search needs a budget: set " + key + "budget.evaluations, " + key + "budget.cost or " + key +
                    "budget.seconds above 0");
  rules.require(budget.evaluations == 0 || budget.evaluations >= stage.islands, key + "budget.evaluations",
                "must be at least one for each of " + rules.shown(key + "islands"));
  const auto given = std::int64_t(stage.given.size());
  rules.require(budget.evaluations == 0 || given <= budget.evaluations, key + "given",
                "must be at most as many as " + rules.shown(key + "budget.evaluations"));
  rules.require(budget.max_rows == 0 || given <= budget.max_rows * stage.islands, key + "given",
                "must be at most as many as " + rules.shown(key + "budget.max_rows") + " allows each of " +
                    rules.shown(key + "islands"));
  const auto strategies = std::int64_t(stage.strategies.size());
  rules.require(stage.islands >= strategies, key + "islands",
                "must be at least " + std::to_string(strategies) + ": one for each [[stage.strategy]]");
  check_topology(rules, stage, key);
  check_strategies(rules, stage, key);
}

void check_fidelity(Rules& rules, const StageSettings& stage, const std::string& key) {
  const bool trains = rules.study().evaluator.kind == "train";
  const auto& [epochs, subset, replicate, scores, optimiser, learning_rate, batch] = stage.fidelity;
  const auto& genes = rules.study().space.genes;
  const auto has_gene = [&](const char* name) {
    return std::ranges::find(genes, name, &GeneSettings::name) != genes.end();
  };
  for (const auto& [name, same] : {std::pair("optimiser", optimiser == "same"),
                                   std::pair("learning_rate", learning_rate == 0), std::pair("batch", batch == 0)}) {
    rules.require(same || trains, key + "fidelity." + name, "needs evaluator.kind = \"train\"");
    rules.require(same || !has_gene(name), key + "fidelity." + name, "must be left out: a gene of this name gives it");
  }
  if (!trains) {
    rules.require(scores.empty(), key + "fidelity.scores", "needs evaluator.kind = \"train\"");
    return;
  }
  rules.require(optimiser == "same" || optimiser == rules.study().training.optimiser || learning_rate > 0 ||
                    has_gene("learning_rate"),
                key + "fidelity.optimiser",
                "needs " + key + "fidelity.learning_rate: " + rules.shown("training.learning_rate") + " is for " +
                    rules.shown("training.optimiser"));
  const std::string untrained =
      "must be left out with " + rules.shown(key + "fidelity.epochs") + ": nothing is trained";
  rules.require(optimiser == "same" || epochs > 0, key + "fidelity.optimiser", untrained);
  rules.require(learning_rate == 0 || epochs > 0, key + "fidelity.learning_rate", untrained);
  if (batch > 0) check_batch(rules, batch, key + "fidelity.batch");
  rules.require(subset == 0 || subset >= (batch > 0 ? batch : rules.study().training.batch), key + "fidelity.subset",
                "must be 0 or hold a batch, " + rules.shown(batch > 0 ? key + "fidelity.batch" : "training.batch"));
  rules.require(epochs > 0 || (stage.kind == "search" && !scores.empty()), key + "fidelity.epochs",
                "must be at least 1, but in a search with " + key + "fidelity.scores");
  for (auto score = scores.begin(); score != scores.end(); ++score)
    rules.require(std::find(scores.begin(), score, *score) == score, key + "fidelity.scores",
                  "must name \"" + *score + "\" once");
}

}   // namespace

void check_stages(Rules& rules) {
  const Study& study = rules.study();
  if (study.stages.empty()) rules.note("stage = []: the study needs at least one [[stage]]");
  bool searched = false;
  for (std::size_t i = 0; i < study.stages.size(); ++i) {
    const auto& stage = study.stages[i];
    const std::string key = "stage." + std::to_string(i) + ".";
    if (stage.kind == "evaluate") {
      rules.require(stage.objectives.empty(), key + "objectives", "belongs to stages of kind \"search\"");
      rules.require(stage.given.empty(), key + "given", "belongs to stages of kind \"search\"");
      rules.require(stage.warm_start.empty(), key + "warm_start", "belongs to stages of kind \"search\"");
      rules.require(stage.warm_before == 0, key + "warm_before", "belongs to stages of kind \"search\"");
      rules.require(stage.replicates == 1 || stage.budget.seconds == 0, key + "budget.seconds",
                    "must be 0 with " + rules.shown(key + "replicates") + ": who is not repeated in time would lose");
      rules.require(searched, key + "kind", "needs a stage of kind \"search\" before it");
      rules.require(study.evaluator.kind != "table", key + "kind", "needs evaluator.kind = \"train\" or \"function\"");
      const bool follows = i > 0 && study.stages[i - 1].kind == "evaluate";
      const std::string before = "stage." + std::to_string(i - (follows ? 1 : 0)) + ".candidates";
      rules.require(!follows || stage.candidates <= study.stages[i - 1].candidates, key + "candidates",
                    "must be at most what the stage before hands on, " + rules.shown(before));
    } else {
      searched = true;
      rules.require(stage.replicates == 1, key + "replicates", "belongs to stages of kind \"evaluate\"");
      rules.require(i > 0 || stage.warm_before == 0, key + "warm_before", "needs a stage before it");
      check_search(rules, stage, key);
    }
    check_fidelity(rules, stage, key);
  }
}

}   // namespace archipel
