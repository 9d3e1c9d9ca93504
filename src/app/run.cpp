#include "app/commands.hpp"
#include "app/extend.hpp"
#include "app/interrupt.hpp"
#include "app/layout.hpp"
#include "app/provenance.hpp"
#include "app/report.hpp"
#include "app/resume.hpp"
#include "app/run_stages.hpp"
#include "app/stop.hpp"
#include "app/warm_start.hpp"
#include "base/error.hpp"
#include "io/file_system.hpp"
#include "io/results_file.hpp"
#include "io/results_watch.hpp"
#include "mpi/collectives.hpp"
#include "mpi/replicas.hpp"
#include "mpi/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace archipel::app {
namespace {

/// Teams of run.replicas ranks. Collective.
mpi::Teams teams_of(const Study& study, const mpi::Communicator& world) {
  const auto replicas = study.run.replicas;
  const auto shown = "run.replicas = " + std::to_string(replicas);
  if (world.size() % replicas != 0)
    throw InputError(shown + ": " + std::to_string(world.size()) + " rank" + (world.size() == 1 ? " is" : "s are") +
                     " no whole number of teams; start a multiple of " + std::to_string(replicas));
  return mpi::divide(world, int(replicas));
}

/// Whether there are results that this run goes on with. Collective.
bool goes_on(const RunOptions& options, const std::string& results, const mpi::Communicator& world) {
  if (!options.resume && !options.resume_if_present) return false;
  std::string there;
  mpi::on_root(world, [&] {
    if (results.empty()) throw InputError("--results none: nothing is kept that could be resumed");
    std::error_code code;
    if (std::filesystem::exists(results, code)) there = "yes";
    else if (options.resume)
      throw InputError(results + ": nothing to resume: leave --resume out to begin, or name the file with --results");
  });
  mpi::broadcast(world, there);
  return !there.empty();
}

/// Makes the results file; false if another start made it in the meantime and this one may go on with it. Collective.
bool created(const RunOptions& options, const std::string& results, const io::ResultsLayout& layout,
             const mpi::Communicator& world) {
  try {
    io::create_results(results, layout, world);
    return true;
  } catch (const InputError&) {
    if (!goes_on(options, results, world)) throw;
    return false;
  }
}

/// What a user may not have meant, or would look for in vain.
void tell_about_stages(const Study& study, const std::vector<std::vector<Genome>>& warm,
                       const io::ResultsLayout& layout) {
  for (std::size_t i = 0; i < study.stages.size(); ++i) {
    const auto given = study.stages[i].given.size(), others = warm[i].size() - given;
    if (given > 0) spdlog::info("stage {}: begins with {} given candidates", i, given);
    if (others > 0) spdlog::info("stage {}: begins with {} candidates of other results files", i, others);
    if (layout.stages[i].optimised.size() < 2) continue;
    for (const auto& strategy : study.stages[i].strategies)
      if (strategy.kind != "nsga2" && strategy.kind != "nsga3")
        spdlog::warn("stage {}: {} looks at {} alone; nsga2 and nsga3 look at all objectives", i, strategy.kind,
                     layout.stages[i].objectives[0].name);
  }
}

}   // namespace

int run(const RunOptions& options, mpi::Session& session) {
  const auto& world = session.world();
  const auto loaded = load_study(options.study, options.sets, world);
  const Study& study = loaded.study;
  const std::string results = options.results == "none" ? ""
                              : options.results.empty() ? io::real_name(study.name + ".h5")
                                                        : io::real_name(options.results);
  if (results.empty() && trains_finalists(study)) {
    throw InputError("--results none: a study with an evaluate stage keeps weights; allowed: a file name");
  }
  if (!results.empty()) mpi::on_root(world, [&] { io::require_nothing_saved_beside(results); });
  mpi::on_all(world, [&] { require_pinned(study.numerics.isa); });
  std::optional<StopClock> clock;
  mpi::on_all(world, [&] { clock.emplace(study.run); });
  prepare_kernels();
  const auto teams = teams_of(study, world);
  const auto problem = load_problem(study, options.study, world, &teams.replicas.comm());
  io::ResultsLayout layout{.space = problem->space()};
  mpi::on_all(world, [&] { layout = results_layout(loaded, *problem); });
  layout.provenance = provenance(study, *problem, world);
  const auto warm = warm_starts(study, options.study, *problem, world);
  for (std::size_t stage = 0; stage < warm.size(); ++stage)
    if (!warm[stage].empty())
      layout.provenance.emplace_back("warm." + std::to_string(stage), digest_of(warm[stage]).hex());
  if (!options.extend.empty()) mpi::on_root(world, [&] { check_extends(options.extend, layout); });
  const bool resumed =
      goes_on(options, results, world) || (!results.empty() && !created(options, results, layout, world));
  if (resumed) {
    mpi::on_root(world, [&] { layout.stripe = check_continues(results, layout); });
    mpi::broadcast(world, std::as_writable_bytes(std::span(&layout.stripe, 1)));
  }
  const auto teams_text = study.run.replicas > 1 ? " in teams of " + std::to_string(study.run.replicas) : "";
  const auto device_text = study.evaluator.kind == "train" ? " on " + problem->device() : "";
  spdlog::info("study {}, seed {}: {} rank{}{}{}, {} genes{}", study.name, study.seed, world.size(),
               world.size() == 1 ? "" : "s", teams_text, device_text, problem->space().size(),
               results.empty() ? "" : (resumed ? ", goes on with " : ", results in ") + results);

  if (!options.quiet && world.rank() == 0) tell_about_stages(study, warm, layout);
  const std::string look = "see what is kept with `archipel status " + results + "`, go on with the same command" +
                           (options.resume || options.resume_if_present ? "" : " and --resume");
  if (!results.empty()) end_cleanly_when_signalled(world.rank() == 0 ? "interrupted; " + look : "");
  // From here on ranks are on their own: whoever fails ends the job, because the others may be waiting for it.
  std::vector<Candidate> best;
  try {
    best = run_stages({.loaded = loaded,
                       .problem = *problem,
                       .layout = layout,
                       .results = results,
                       .goes_on = resumed,
                       .options = options,
                       .warm = warm,
                       .clock = *clock,
                       .world = world,
                       .teams = teams});
  } catch (const Stopped& stopped) {
    const auto why = "stopped (" + (clock->reason().empty() ? "another rank was to stop" : clock->reason()) + ")";
    if (!stopped.together()) session.abort(why + ": other ranks did not stop, and are ended; " + look, stopped_early);
    if (world.rank() == 0) spdlog::info("{}{}{}", why, results.empty() ? "" : "; ", results.empty() ? "" : look);
    return stopped_early;
  } catch (const InputError& error) {
    session.abort(error.what(), 2);
  } catch (const std::exception& error) {
    session.abort(error.what() + (results.empty() ? "" : "; " + look));
  }
  mpi::on_root(world, [&] {   // all ranks learn of a failure: launchers do not bear an abort while others leave MPI
    if (!results.empty()) print_report(results, study, *problem);
    else if (!best.empty()) print_best(best[0], layout.stages.back().objectives[0], *problem);
    else spdlog::warn("no candidate succeeded");
  });
  return 0;
}

}   // namespace archipel::app
