#include "mpi/collectives.hpp"
#include "mpi/error.hpp"
#include "mpi/exchange.hpp"
#include "search/archipelago.hpp"
#include "search/failing_evaluator.hpp"
#include "search/function_evaluator.hpp"
#include "search/placement.hpp"
#include "search/virtual_time.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace archipel::mpi {
namespace {

int sum(const Communicator& comm, int value) {
  check(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT, MPI_SUM, comm.handle()), "MPI_Allreduce");
  return value;
}

Study study_of(int islands) {
  Study study;
  study.space.kind = "genes";
  study.evaluator.kind = "function";
  study.evaluator.function.cost_spread = 10;
  StageSettings stage;
  stage.islands = islands;
  stage.budget.evaluations = 100 * islands;
  stage.migration.topology = islands > 1 ? "ring" : "none";
  stage.strategies.resize(1);
  stage.strategies[0].kind = "aging";
  study.stages = {stage};
  return study;
}

// Every third candidate fails on one of the ranks: first attempts where that rank makes them, second ones only if a team
// does not hand them on although it has a crew.
void fail_on_one_rank(int islands) {
  const auto comm = Communicator::duplicate_of(MPI_COMM_WORLD);
  const auto study = study_of(islands);
  const Space space = make_space(study);
  FunctionEvaluator function(study.evaluator.function, space);
  MemoryRecorder wanted;
  simulate(plan_search(study, 0, space, function, 1), 1, space, function, wanted);

  const bool crews = islands < comm.size();
  FailingEvaluator evaluator(function, {.every = 3,
                                        .times = crews && comm.size() % islands == 0 ? 1000 : 1,
                                        .rank = std::uint64_t(comm.rank()),
                                        .ranks = std::uint64_t(comm.size())});
  MpiExchange exchange(comm, islands);
  MemoryRecorder recorder;
  Archipelago search(plan_search(study, 0, space, evaluator, 1), seats_of(comm.rank(), comm.size(), islands), space,
                     evaluator, exchange, recorder, comm.rank());
  search.run();
  exchange.end(1);

  for (const auto& row : recorder.rows) {
    const auto same = std::ranges::find(wanted.rows, row.origin, &Row::origin);
    BOOST_TEST_REQUIRE((same != wanted.rows.end()));
    BOOST_TEST((row.evaluation.outcome == Outcome::ok));
    BOOST_TEST((row.genome == same->genome && row.evaluation.objectives == same->evaluation.objectives &&
                row.clock == same->clock && row.parents == same->parents && row.key == same->key));
  }
  BOOST_TEST(sum(comm, int(recorder.rows.size())) == int(wanted.rows.size()));
  BOOST_TEST(sum(comm, evaluator.failures()) > 0);
}

BOOST_AUTO_TEST_CASE(one_island_with_a_crew_of_all_ranks) { fail_on_one_rank(1); }
BOOST_AUTO_TEST_CASE(two_islands) { fail_on_one_rank(2); }
BOOST_AUTO_TEST_CASE(more_islands_than_ranks) { fail_on_one_rank(6); }

}   // namespace
}   // namespace archipel::mpi
