// Strategies that learn a model give the same rows on any number of ranks: each rank also does the whole search alone and compares.

#include "base/digest.hpp"
#include "mpi/error.hpp"
#include "mpi/exchange.hpp"
#include "search/archipelago.hpp"
#include "search/function_evaluator.hpp"
#include "search/local_exchange.hpp"
#include "search/placement.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace archipel::mpi {
namespace {

Study study_of(const std::string& kind, int islands) {
  Study study;
  study.space.kind = "genes";
  study.evaluator = {.kind = "function", .function = {.name = "rastrigin", .dimensions = 4, .cost_spread = 10}};
  study.stages.resize(1);
  study.stages[0].islands = islands;
  study.stages[0].budget.evaluations = 40 * islands;
  study.stages[0].migration.interval = 5;
  study.stages[0].strategies = {{.kind = kind, .population = 8}};
  return study;
}

/// The number of rows and a sum of digests that does not depend on their order.
struct Rows : Recorder {
  std::array<std::uint64_t, 2> sum{};
  void note(const Origin&, const RunInfo&) override {}
  void row(const Row& row, const RunInfo&) override {
    Hasher hasher;
    hasher.add(row.origin.island).add(row.origin.ask).add(row.evaluation.objectives[0]);
    for (const double value : row.genome) hasher.add(value);
    ++sum[0];
    sum[1] += hasher.digest().low;
  }
  void migration(const Migration&) override {}
  void ended(std::int32_t, const IslandEnd&) override {}
};

std::array<std::uint64_t, 2> rows_of(const Study& study, int team, int teams, Exchange& exchange) {
  const Space space = make_space(study);
  FunctionEvaluator evaluator(study.evaluator.function, space);
  const auto plan = plan_search(study, 0, space, evaluator, 1);
  Rows rows;
  Archipelago search(plan, seats_of(team, teams, int(plan.rules.size())), space, evaluator, exchange, rows, team);
  if (teams > 1) search.delay = 0.0005 * (team % 3);   // so that messages come in another order
  search.run();
  return rows.sum;
}

BOOST_AUTO_TEST_CASE(ranks_together_find_what_one_finds_alone) {
  const auto comm = Communicator::duplicate_of(MPI_COMM_WORLD);
  for (const std::string kind : {"gp", "bananas", "tpe"}) {
    for (const int islands : {1, 3}) {
      const auto study = study_of(kind, islands);
      MpiExchange exchange(comm, islands);
      auto together = rows_of(study, comm.rank(), comm.size(), exchange);
      BOOST_TEST(exchange.end(1));
      check(MPI_Allreduce(MPI_IN_PLACE, together.data(), 2, MPI_UINT64_T, MPI_SUM, comm.handle()), "MPI_Allreduce");
      LocalHub hub(1, islands);
      const auto alone = hub.team(0);
      BOOST_TEST((rows_of(study, 0, 1, *alone) == together), kind << " on " << islands << " islands");
      BOOST_TEST(together[0] == std::uint64_t(40 * islands));
    }
  }
}

}   // namespace
}   // namespace archipel::mpi
