// bayes_bench TABLE.csv.gz [SEEDS] [FILTER]: model-based strategies on NAS-Bench-201 (CIFAR-10) and on two functions, against
// random search at equal budget, with windows of 1 and 8. FILTER: optimum, budget, functions or overhead; all without it. Not a test.
// Published (20,000 simulated s, mean c10_val200): random search 91.07 (Dong & Yang, ICLR 2020), BOHB 91.17.

#include "base/stopwatch.hpp"
#include "io/study_file.hpp"
#include "io/table.hpp"
#include "search/archipelago.hpp"
#include "search/function_evaluator.hpp"
#include "search/local_exchange.hpp"
#include "search/table_evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>

using namespace archipel;

namespace {

struct Outcome {
  Candidate best;
  std::size_t evaluations = 0;
};

Outcome search(Study& study, int seed, const Space& space, Evaluator& evaluator) {
  study.seed = std::uint64_t(seed);
  LocalHub hub(1, 1);
  const auto exchange = hub.team(0);
  MemoryRecorder recorder;
  Archipelago search(plan_search(study, 0, space, evaluator, 1), {Seat{}}, space, evaluator, *exchange, recorder);
  search.run();
  return {search.elites().at(0), recorder.rows.size()};
}

void prepare(Study& study, const std::string& kind, int window) {
  study.stages[0].strategies.assign(1, StrategySettings{.kind = kind, .population = 16, .window = window});
}

const std::vector<std::string> kinds = {"random", "evolution", "tpe", "bananas", "gp"};

/// Share of runs that find the best entry of a column with 100 queries of it.
void optimum(Study study, const std::string& path, const std::string& column, int seeds, const std::string& only) {
  const Space space = make_space(study);
  study.evaluator.table.objective = column;
  study.evaluator.table.cost_columns.clear();
  study.evaluator.table.cost_weights.clear();
  study.stages[0].budget = {.evaluations = 100};
  const Table table = io::read_table(study.evaluator.table, path);
  const double top = *std::max_element(table.objectives.begin(), table.objectives.end());
  TableEvaluator evaluator(study.evaluator.table, table, space);
  for (const auto& kind : kinds) {
    if (!only.empty() && kind != only) continue;
    for (const int window : {1, 8}) {
      prepare(study, kind, window);
      int found = 0;
      double regret = 0;
      for (int seed = 1; seed <= seeds; ++seed) {
        const auto best = search(study, seed, space, evaluator).best.fitness;
        found += best == top;
        regret += (top - best) / seeds;
      }
      std::printf("optimum of %s in 100 queries: %-9s window %d, %d seeds: %.1f %% found it, mean regret %.3f\n",
                  column.c_str(), kind.c_str(), window, seeds, 100.0 * found / seeds, regret);
      std::fflush(stdout);
    }
  }
}

void budget(Study study, const std::string& path, int seeds, const std::string& only) {
  const Space space = make_space(study);
  const Table table = io::read_table(study.evaluator.table, path);
  TableEvaluator evaluator(study.evaluator.table, table, space);
  for (const auto& kind : kinds) {
    if (!only.empty() && kind != only) continue;
    for (const int window : {1, 8}) {
      prepare(study, kind, window);
      double sum = 0, squares = 0, evaluations = 0;
      for (int seed = 1; seed <= seeds; ++seed) {
        const auto outcome = search(study, seed, space, evaluator);
        const double reported = evaluator.evaluate(outcome.best.genome, {}).reported[0];
        sum += reported / seeds;
        squares += reported * reported / seeds;
        evaluations += double(outcome.evaluations) / seeds;
      }
      std::printf("20,000 s: %-9s window %d, %d seeds: c10_val200 %.3f +- %.3f, %.0f evaluations\n", kind.c_str(),
                  window, seeds, sum, std::sqrt(std::max(0.0, squares - sum * sum)), evaluations);
      std::fflush(stdout);
    }
  }
}

void functions(int seeds, const std::string& only) {
  for (const std::string name : {"sphere", "rastrigin"}) {
    Study study;
    study.space.kind = "genes";
    study.evaluator = {.kind = "function", .function = {.name = name, .dimensions = 10}};
    study.stages.resize(1);
    study.stages[0].migration.topology = "none";
    study.stages[0].budget.evaluations = 200;
    const Space space = make_space(study);
    FunctionEvaluator evaluator(study.evaluator.function, space);
    for (const auto& kind : kinds) {
      if (!only.empty() && kind != only) continue;
      for (const int window : {1, 8}) {
        prepare(study, kind, window);
        std::vector<double> values;
        for (int seed = 1; seed <= seeds; ++seed) values.push_back(-search(study, seed, space, evaluator).best.fitness);
        std::ranges::sort(values);
        std::printf("%s, 10 genes, 200 evaluations: %-9s window %d, %d seeds: median %.4g, worst %.4g\n", name.c_str(),
                    kind.c_str(), window, seeds, values[values.size() / 2], values.back());
        std::fflush(stdout);
      }
    }
  }
}

/// ms for an ask and its tell near the given numbers of rows, and s for all of them, as in a replay: the function costs nothing.
void overhead(const std::string& only) {
  for (const std::string what : {"10 real genes", "default cells"}) {
    Study study;
    if (what == "10 real genes") study.space.kind = "genes";
    study.evaluator = {.kind = "function", .function = {.name = "sphere", .dimensions = 10}};
    const Space space = make_space(study);
    FunctionEvaluator evaluator(study.evaluator.function, space);
    for (const auto& kind : kinds) {
      if (!only.empty() && kind != only) continue;
      const auto strategy = make_strategy({.kind = kind}, space);
      std::deque<Candidate> pending;
      double before_100 = 0;
      const Stopwatch watch;
      for (int n = 0; n < 10'000; ++n) {
        Stream draws(1, Purpose::ask, 0, 0, std::uint32_t(n));
        auto genome = strategy->ask(n, draws).genome;
        const double fitness = -evaluator.evaluate(genome, {}).objectives[0];
        pending.push_back({.origin = {0, n}, .genome = std::move(genome), .fitness = fitness});
        if (pending.size() == 8) {
          Stream survive(1, Purpose::survive, 0, 0, std::uint32_t(n));
          strategy->tell(std::move(pending.front()), survive);
          pending.pop_front();
        }
        if (n == 899 || n == 9'899) before_100 = watch.processor();
        if (n == 999 || n == 9'999)
          std::printf("%s: %-9s %.3f ms of processor each at %d rows, %.1f s for all of them\n", what.c_str(),
                      kind.c_str(), 10 * (watch.processor() - before_100), n + 1, watch.processor());
        std::fflush(stdout);
      }
    }
  }
}

}   // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bayes_bench TABLE.csv.gz [SEEDS] [optimum|budget|functions|overhead] [STRATEGY]\n");
    return 2;
  }
  const int seeds = argc > 2 ? std::atoi(argv[2]) : 200;
  const std::string part = argc > 3 ? argv[3] : "", only = argc > 4 ? argv[4] : "";
  const Study study = io::read_study(io::read_text(NASBENCH201_STUDY), NASBENCH201_STUDY, {});
  if (part.empty() || part == "optimum") {
    for (const std::string column : {"c10_val200", "c10_val12"}) optimum(study, argv[1], column, seeds, only);
  }
  if (part.empty() || part == "budget") budget(study, argv[1], seeds, only);
  if (part.empty() || part == "functions") functions(seeds, only);
  if (part.empty() || part == "overhead") overhead(only);
}
