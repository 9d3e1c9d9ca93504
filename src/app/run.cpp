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
#include "base/shell.hpp"
#include "io/file_system.hpp"
#include "io/results_file.hpp"
#include "io/results_watch.hpp"
#include "io/status.hpp"
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

void tell_about_stages(const Study& study, const std::vector<std::vector<Genome>>& warm,
                       const io::ResultsLayout& layout) {
  for (std::size_t i = 0; i < study.stages.size(); ++i) {
    const auto given = study.stages[i].given.size(), others = warm[i].size() - given;
    if (given > 0) spdlog::info("stage {}: begins with {} given candidates", i, given);
    if (others > 0) spdlog::info("stage {}: begins with {} candidates of other results files", i, others);
  }
  for (const auto& doubt : doubts(study, layout)) spdlog::warn("{}", doubt);
}

/// A study without a candidate is no success: exit 2 if the study is to blame, 1 if the machine is.
[[noreturn]] void refuse_to_be_fruitless(const std::string& results) {
  if (results.empty()) throw InputError("no candidate succeeded: with --results NAME their outcomes are kept");
  const auto [text, of_machine] = io::why_fruitless(io::status(results));
  const auto all = results + ": no candidate succeeded; " + text;
  if (of_machine) throw SystemError(all);
  throw InputError(all);
}

/// How the data are understood, and what may not be meant.
void tell_about_data(const std::vector<SeenData>& seen) {
  for (const auto& data : seen) spdlog::info("{}: {}", data.name, understood(data));
  for (const auto& data : seen)
    for (const auto& doubt : doubts(data, seen[0])) spdlog::warn("{}", doubt);
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
  stop_when_signalled(study.run.stop_signal);   // on ranks that could not read the study before
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
    mpi::on_root(world, [&] {
      const auto continued = check_continues(results, layout);
      layout.stripe = continued.stripe;
      if (continued.mended_test)
        spdlog::warn("the test files are not those of the first start, which no network has seen: these are used");
    });
    mpi::broadcast(world, std::as_writable_bytes(std::span(&layout.stripe, 1)));
  }
  const auto teams_text = study.run.replicas > 1 ? " in teams of " + std::to_string(study.run.replicas) : "";
  const auto device_text = study.evaluator.kind == "train" ? " on " + problem->device() : "";
  spdlog::info("study {}, seed {}: {} rank{}{}{}, {} genes{}", study.name, study.seed, world.size(),
               world.size() == 1 ? "" : "s", teams_text, device_text, problem->space().size(),
               results.empty() ? "" : (resumed ? ", goes on with " : ", results in ") + results);

  if (!options.quiet && world.rank() == 0) {
    tell_about_data(problem->seen());
    tell_about_stages(study, warm, layout);
  }
  const std::string look = "see what is kept with `archipel status " + shell_path(results) +
                           "`, go on with the same command" +
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
    if (best.empty()) refuse_to_be_fruitless(results);
  });
  return 0;
}

}   // namespace archipel::app
