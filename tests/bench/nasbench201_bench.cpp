// nasbench201_bench TABLE.csv.gz: strategies on NAS-Bench-201 (Dong & Yang, ICLR 2020), mean and standard deviation over seeds. Not a test.
// --protocol time: 20,000 simulated seconds, the objective is validation after 12 epochs, the result validation after 200. Published for
// CIFAR-10: random search 91.07, REINFORCE 91.12, BOHB 91.17, aging evolution 91.25.
// --protocol queries: 100 queries; the share of runs that meet the cell with the best value of the objective, which is validation after 200
// epochs, and with --objective 12 after 12.
// An entry of several kinds joined by '+' is an archipelago of (at least) as many islands, with the same budget in all.

#include "contest.hpp"

#include "io/study_file.hpp"
#include "io/table.hpp"
#include "search/table_evaluator.hpp"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdio>

using namespace archipel;

int main(int argc, char** argv) {
  std::string file, strategies = "random,aging,evolution,local,reinforce,nes", data = "c10,c100,in16",
                    protocol = "time";
  std::vector<std::string> sets;
  int seeds = 200, first = 1, epochs = 200;
  bool apart = false;
  CLI::App app("strategies on NAS-Bench-201");
  app.add_option("table", file)->required();
  app.add_option("--strategies", strategies);
  app.add_option("--data", data);
  app.add_option("--protocol", protocol)->check(CLI::IsMember({"time", "queries"}));
  app.add_option("--objective", epochs, "epochs, with protocol queries")->check(CLI::IsMember({12, 200}));
  app.add_option("--seeds", seeds);
  app.add_option("--first-seed", first);
  app.add_option("--set", sets, "key=value of the study");
  app.add_flag("--apart", apart, "islands without migration");
  CLI11_PARSE(app, argc, argv);

  for (const auto& set : split(data, ',')) {
    Study study = io::read_study(io::read_text(NASBENCH201_STUDY), NASBENCH201_STUDY, sets);
    auto& settings = study.evaluator.table;
    settings.reported = {set + "_val200"};
    settings.objective = set + "_val12";
    auto& stage = study.stages[0];
    if (protocol == "queries") {
      settings.objective = set + "_val" + std::to_string(epochs);
      stage.budget = {};
      stage.budget.evaluations = 100;
    }
    if (apart) stage.migration.topology = "none";
    const Space space = make_space(study);
    const Table table = io::read_table(settings, file);
    TableEvaluator evaluator(settings, table, space);
    const double optimum = *std::ranges::max_element(table.objectives);
    for (const auto& entry : split(strategies, ',')) {
      auto contest = study;
      enter(contest.stages[0], entry);
      double sum = 0, squares = 0, evaluations = 0, seconds = 0;
      int found = 0;
      for (int seed = first; seed < first + seeds; ++seed) {
        contest.seed = std::uint64_t(seed);
        const auto outcomes = search_once(contest, space, evaluator);
        const auto& best = outcomes.elites.at(0);
        const double reported = evaluator.evaluate(best.genome, {}).reported[0];
        sum += reported;
        squares += reported * reported;
        evaluations += double(outcomes.rows.size());
        found += best.fitness >= optimum;
        seconds += outcomes.seconds;
      }
      const double mean = sum / seeds;
      std::printf("%-5s %-28s %d seeds: %s %.2f +- %.2f, optimum of %s in %.1f %%, %.0f evaluations of %.1f us\n",
                  set.c_str(), entry.c_str(), seeds, settings.reported[0].c_str(), mean,
                  std::sqrt(std::max(0.0, squares / seeds - mean * mean)), settings.objective.values[0].c_str(),
                  100.0 * found / seeds, evaluations / seeds, 1e6 * seconds / evaluations);
      std::fflush(stdout);
    }
  }
}
