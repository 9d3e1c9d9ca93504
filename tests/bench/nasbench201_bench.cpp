// nasbench201_bench TABLE.csv.gz [SEEDS]: random search and aging evolution on NAS-Bench-201 (CIFAR-10, 20,000 simulated seconds,
// chosen by validation after 12 epochs, reported after 200), mean and standard deviation over seeds. Published (Dong & Yang,
// ICLR 2020): random search 91.07, aging evolution 91.25. Not a test.

#include "io/study_file.hpp"
#include "io/table.hpp"
#include "search/archipelago.hpp"
#include "search/local_exchange.hpp"
#include "search/table_evaluator.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace archipel;

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: nasbench201_bench TABLE.csv.gz [SEEDS]\n");
    return 2;
  }
  const int seeds = argc > 2 ? std::atoi(argv[2]) : 200;
  Study study = io::read_study(io::read_text(NASBENCH201_STUDY), NASBENCH201_STUDY, {});
  const Space space = make_space(study);
  const Table table = io::read_table(study.evaluator.table, argv[1]);
  TableEvaluator evaluator(study.evaluator.table, table, space);
  for (const std::string strategy : {"random", "aging"}) {
    study.stages[0].strategies[0].kind = strategy;
    double sum = 0, squares = 0, evaluations = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
      study.seed = std::uint64_t(seed);
      LocalHub hub(1, 1);
      const auto exchange = hub.team(0);
      MemoryRecorder recorder;
      Archipelago search(plan_search(study, 0, space, evaluator, 1), {Seat{}}, space, evaluator, *exchange, recorder);
      search.run();
      const auto best = search.elites().at(0);
      const double reported = evaluator.evaluate(best.genome, {}).reported[0];
      sum += reported;
      squares += reported * reported;
      evaluations += double(recorder.rows.size());
    }
    const double mean = sum / seeds;
    std::printf("%-7s %d seeds: %.2f +- %.2f (mean and deviation of c10_val200), %.0f evaluations each\n",
                strategy.c_str(), seeds, mean, std::sqrt(std::max(0.0, squares / seeds - mean * mean)),
                evaluations / seeds);
  }
}
