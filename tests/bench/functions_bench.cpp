// functions_bench: strategies on test functions at equal budgets: median and quartiles over seeds of the best value, and for reals how many
// evaluations came before the value 1e-8. Not a test. Entries of several kinds as in nasbench201_bench.

#include "contest.hpp"

#include "search/function_evaluator.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>

using namespace archipel;

int main(int argc, char** argv) {
  std::string strategies = "random,aging,evolution,local,reinforce,nes,cmaes",
              functions = "sphere,rastrigin,rosenbrock,onemax,trap";
  int seeds = 25, window = 0, islands = 1, dimensions = 10, bits = 40, budget = 2000, interval = 8, first = 1;
  std::vector<std::string> members = StrategySettings().members;
  bool apart = false;
  CLI::App app("strategies on functions");
  app.add_option("--strategies", strategies);
  app.add_option("--functions", functions);
  app.add_option("--dimensions", dimensions, "of sphere, rastrigin and rosenbrock");
  app.add_option("--bits", bits, "of onemax and trap");
  app.add_option("--budget", budget, "evaluations of all islands together");
  app.add_option("--islands", islands);
  app.add_option("--interval", interval);
  app.add_option("--window", window);
  app.add_option("--seeds", seeds);
  app.add_option("--first-seed", first);
  app.add_option("--members", members, "of a portfolio")->delimiter(',');
  app.add_flag("--apart", apart, "islands without migration");
  CLI11_PARSE(app, argc, argv);

  for (const auto& name : split(functions, ',')) {
    Study study;
    study.space.kind = "genes";
    study.evaluator.kind = "function";
    const bool on_bits = name == "onemax" || name == "trap";
    study.evaluator.function = {.name = name, .dimensions = on_bits ? bits : dimensions};
    StageSettings stage;
    stage.islands = islands;
    stage.budget.evaluations = budget;
    stage.migration.interval = interval;
    if (apart || islands == 1) stage.migration.topology = "none";
    stage.strategies.resize(1);
    stage.strategies[0].window = window;
    stage.strategies[0].members = members;
    study.stages = {stage};
    const Space space = make_space(study);
    FunctionEvaluator evaluator(study.evaluator.function, space);
    for (const auto& entry : split(strategies, ',')) {
      if (on_bits && entry.find("cmaes") != std::string::npos) continue;
      auto contest = study;
      enter(contest.stages[0], entry);
      std::vector<double> best, reached;
      double seconds = 0;
      for (int seed = first; seed < first + seeds; ++seed) {
        contest.seed = std::uint64_t(seed);
        const auto outcomes = search_once(contest, space, evaluator);
        best.push_back(on_bits ? outcomes.elites.at(0).fitness : -outcomes.elites.at(0).fitness);
        seconds += outcomes.seconds;
        const auto hit = std::ranges::find_if(
            outcomes.rows, [&](const Row& row) { return !on_bits && row.evaluation.objectives[0] <= 1e-8; });
        if (hit != outcomes.rows.end()) reached.push_back(double(hit - outcomes.rows.begin() + 1));
      }
      std::printf("%-10s %-28s %d seeds, %d evaluations of %.1f us: median %.4g, quartiles %.4g %.4g", name.c_str(),
                  entry.c_str(), seeds, budget, 1e6 * seconds / seeds / budget, quantile(best, 0.5),
                  quantile(best, 0.25), quantile(best, 0.75));
      if (!reached.empty()) {
        std::printf("; 1e-8 in %zu runs, after %.0f (median), at most %.0f", reached.size(), quantile(reached, 0.5),
                    quantile(reached, 1));
      }
      std::printf("\n");
      std::fflush(stdout);
    }
  }
}
