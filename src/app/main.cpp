#include "app/bench.hpp"
#include "app/commands.hpp"
#include "app/compare.hpp"
#include "app/explain.hpp"
#include "app/launcher.hpp"
#include "app/piped_study.hpp"
#include "app/process_times.hpp"
#include "app/version.hpp"
#include "base/error.hpp"
#include "mpi/collectives.hpp"
#include "mpi/session.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>

namespace {

using namespace archipel;

constexpr int finished = 0, system_failed = 1, input_wrong = 2;

/// As the launcher says before MPI starts: what is wrong on all ranks is to be said once.
bool is_first_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID"}) {
    if (const char* rank = std::getenv(name)) return std::string_view(rank) == "0";
  }
  return true;
}

/// For ranks that fail before MPI starts: a launcher ends all when one has failed, so the first must be quicker than the others,
/// and those must not let it end them, or the job would seem to have died of a signal.
bool speaks(bool first = is_first_rank()) {
  if (!first) {
    std::signal(SIGTERM, SIG_IGN);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  return first;
}

int report(const InputError& error, bool first) {
  for (const auto& problem : error.problems()) {
    if (first) std::fprintf(stderr, "archipel: %s\n", problem.c_str());
  }
  return input_wrong;
}

/// Mistakes in the input, and failures that all ranks know of, are thrown on all ranks alike and reported once.
int under_mpi(int& argc, char**& argv, const std::function<int(mpi::Session&)>& command, bool on_all_tasks = false) {
  const auto several = on_all_tasks ? app::one_of_several(&std::getenv) : "";
  const bool first_task = is_first_rank();
  mpi::Session session(argc, argv);
  const bool first = session.world().rank() == 0;
  try {
    app::require_launcher(session.world().size(), mpi::Session::library(), several);
  } catch (const InputError& error) {
    return report(error, speaks(first_task));
  }
  if (!first) spdlog::set_level(spdlog::level::warn);
  try {
    return command(session);
  } catch (const InputError& error) {
    return report(error, first);
  } catch (const mpi::AgreedError& error) {
    if (first) std::fprintf(stderr, "archipel: %s\n", error.what());
    return system_failed;
  } catch (const std::exception& error) {
    session.abort(error.what(), system_failed);
  }
}

const mpi::Communicator& alone(const mpi::Session& session) {
  if (session.world().size() > 1) throw InputError("this command works alone: start it without mpirun");
  return session.world();
}

}   // namespace

int command(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);   // a file size limit is then an error of write(2), which names the file
  spdlog::set_default_logger(spdlog::stdout_logger_st("archipel"));
  spdlog::set_pattern("%H:%M:%S %v");

  CLI::App program(
      "Archipel: neural architecture search for supercomputers. A study file goes in, a results file comes out.");
  program.set_version_flag("--version", app::version());
  program.require_subcommand(1);
  program.failure_message([&](const CLI::App*, const CLI::Error& error) {
    const auto is_word = [&](const CLI::App* command) { return command->check_name(argc > 1 ? argv[1] : ""); };
    if (argc > 1 && argv[1][0] != '-' &&
        std::ranges::none_of(program.get_subcommands([](auto*) { return true; }), is_word))
      return "archipel: there is no command '" + std::string(argv[1]) + "': see archipel --help\n";
    return "archipel: " + std::string(error.what()) + ": see archipel --help\n";
  });

  app::RunOptions options;
  auto* run = program.add_subcommand("run", "run a study; under mpirun or srun on all their ranks");
  run->add_option("study", options.study, "study file (TOML); - for standard input")->required();
  run->add_option("--results", options.results, "results file to create; 'none' keeps none; default: <study name>.h5");
  run->add_option("--set", options.sets, "key=value: overrides a setting of the study file; may be repeated")
      ->allow_extra_args(false);
  run->add_option_function<std::string>(
      "--replicas", [&](const std::string& count) { options.sets.push_back("run.replicas=" + count); },
      "ranks that train one candidate together: short for --set run.replicas=N");
  run->add_flag("--quiet", options.quiet, "no progress lines");
  auto* resume = run->add_flag("--resume", options.resume, "go on with the results file, on any number of ranks");
  run->add_flag("--resume-if-present", options.resume_if_present,
                "the same if there is a results file, else begin: for jobs")
      ->excludes(resume);

  run->add_option("--extend", options.extend,
                  "results file of the same study with smaller budgets: its rows go into the new file without being "
                  "evaluated again");

  auto* check = program.add_subcommand("check", "check a study file and print what it would cost");
  check->add_option("study", options.study, "study file (TOML); - for standard input")->required();
  check->add_option("--set", options.sets, "key=value: overrides a setting")->allow_extra_args(false);

  int teams = 1;
  auto* simulate =
      program.add_subcommand("simulate", "run a table or function study in virtual time on any number of teams");
  simulate->add_option("study", options.study, "study file (TOML); - for standard input")->required();
  simulate->add_option("--teams", teams, "number of teams")->required()->check(CLI::Range(1, 1'000'000));
  simulate->add_option("--set", options.sets, "key=value: overrides a setting")->allow_extra_args(false);

  app::CompareOptions tournament;
  auto* compare = program.add_subcommand(
      "compare", "search with several strategies at equal budgets and many seeds; under mpirun on all its ranks");
  compare->add_option("study", tournament.study, "study file (TOML), of which the first stage counts")->required();
  compare
      ->add_option(
          "--strategies", tournament.entries,
          "names, as random,aging,evolution+population=8,study,study+migration.topology=none: a kind of strategy "
          "or the study as it is, each with settings of its own; random is always among them")
      ->required()
      ->allow_extra_args(false);
  compare->add_option("--seeds", tournament.seeds, "searches of each; default: 30")
      ->check(CLI::Range(std::int64_t{2}, std::int64_t{100'000}));
  compare->add_flag("--shuffled", tournament.shuffled, "each once more with shuffled scores: a control");
  compare->add_option("--results", tournament.results, "HDF5 file to create with all of it");
  compare->add_option("--set", tournament.sets, "key=value: overrides a setting")->allow_extra_args(false);

  std::string key;
  bool markdown = false;
  auto* explain = program.add_subcommand("explain", "explain the settings of study files");
  explain->add_option("key", key, "a setting or the beginning of one; all if left out");
  explain->add_flag("--markdown", markdown, "print the page docs/study-file.md");

  std::string file, other;
  bool follow = false, exit_code = false;
  auto* status = program.add_subcommand("status", "show where a study stands, also while it runs");
  status->add_option("file", file, "results file")->required();
  status->add_flag("--follow", follow, "show it again every few seconds until it is finished");
  status->add_flag("--exit-code", exit_code,
                   "exit with 0: finished, 4: finished, but no candidate succeeded, 3: not finished but can be "
                   "resumed, 5: a packed copy of such, "
                   "1: broken, 2: no results file");

  std::string stage, output;
  auto* rows = program.add_subcommand("rows", "print all rows as comma-separated values, also while the study runs");
  rows->add_option("file", file, "results file")->required();
  rows->add_option("--stage", stage, "only this one, as 0 or 0-search; default: all");
  rows->add_option("-o,--output", output, "file to create; default: standard output");

  auto* diff =
      program.add_subcommand("diff", "compare the scientific content of two results files; exit with 0: equal, 1: not");
  diff->add_option("a", file, "results file")->required();
  diff->add_option("b", other, "results file")->required();

  auto* pack = program.add_subcommand("pack", "make a compact copy of a results file, with the final networks inside");
  pack->add_option("file", file, "results file")->required();
  pack->add_option("packed", other, "file to create; default: <name>.packed.h5");

  bool dry_run = false;
  auto* clean = program.add_subcommand("clean", "remove files beside a results file that nothing in it needs");
  clean->add_option("file", file, "results file")->required();
  clean->add_flag("--dry-run", dry_run, "only show them");

  std::int64_t sample = 0;
  auto* verify = program.add_subcommand(
      "verify", "check every record of a results file and what lies beside it; exit with 1 if something does not hold");
  verify->add_option("file", file, "results file")->required();
  verify->add_option("--sample", sample, "also evaluate so many rows again, to the bit")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000'000}));
  verify
      ->add_option("--set", options.sets,
                   "key=value: for --sample, as run.data_directory=FOLDER for data whose paths are relative")
      ->allow_extra_args(false);

  app::BenchOptions measured;
  auto* bench = program.add_subcommand(
      "bench", "measure this program on this machine: docs/performance.md; exchange and startup also under mpirun");
  bench
      ->add_option("subject", measured.subject,
                   "train, engine, exchange, results, data, startup or latency; all if left out")
      ->check(CLI::IsMember({"train", "engine", "exchange", "results", "data", "startup", "latency"}));
  bench->add_flag("--json", measured.json, "print JSON");
  bench
      ->add_option("--repeats", measured.repeats,
                   "measurements of each thing, of which the median is shown; default: 5")
      ->check(CLI::Range(1, 1000));
  bench->add_option("--study", options.study, "study file with space and data; default: that of jobs/local.sh");
  bench->add_option("--set", options.sets, "key=value: overrides a setting, as run.data_directory")
      ->allow_extra_args(false);
  bench->add_option("--folder", measured.folder, "engine, results: where files are written; default: the current one")
      ->check(CLI::ExistingDirectory);
  bench->add_option("--evaluations", measured.evaluations, "engine, results: at most so many; default: 1000000")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  bench->add_option("--parameters", measured.parameters, "train: of each network; default: 20000,60000,200000")
      ->delimiter(',')
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}));
  bench->add_option("--batch", measured.batch, "train, data: default: 128")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{65536}));
  bench->add_option("--shards", measured.shards, "train: parts of archipel's batch; default: 4")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1024}));
  bench->add_option("--images", measured.images, "train, data: in one measurement; default: 2048")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}));
  bench->add_option("--python", measured.python,
                    "train: Python whose PyTorch is measured too; default: /usr/bin/python3");
  bench->add_flag("--describe", measured.describe, "train: print the networks as JSON and end");
  bench->add_option("--loop", measured.loop)
      ->check(CLI::IsMember({"plain", "tuned"}))
      ->group("");   // a process that `bench train` starts
  bool alone_each = false;
  for (auto* command : {run, compare, bench})
    command->add_flag("--alone", alone_each,
                      "one rank on purpose, although a launcher started several tasks: each is a run of its own");
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0 && !speaks()) return input_wrong;
    return program.exit(error) == 0 ? finished : input_wrong;
  }

  try {
    for (auto* study : {&options.study, &tournament.study}) app::keep_piped_study(*study, argv);
    if (*run) {
      app::pin_numerics(app::isa_of_study(options), argv);
      app::prepare_to_stop(options);
      return under_mpi(
          argc, argv, [&](auto& session) { return app::run(options, session); }, !alone_each);
    }
    if (*check) {
      return under_mpi(argc, argv,
                       [&](auto& session) { return app::check(options.study, options.sets, alone(session)); });
    }
    if (*simulate) {
      return under_mpi(
          argc, argv, [&](auto& session) { return app::simulate(options.study, options.sets, teams, alone(session)); });
    }
    if (*compare) {
      options.study = tournament.study;
      options.sets = tournament.sets;
      app::pin_numerics(app::isa_of_study(options), argv);
      return under_mpi(
          argc, argv, [&](auto& session) { return app::compare(tournament, session.world()); }, !alone_each);
    }
    if (*explain) {
      std::cout << (markdown ? app::settings_page() : app::explain(key));
      return finished;
    }
    if (*verify) {
      if (sample == 0) return app::verify(file, sample, options.sets, nullptr);
      app::pin_numerics(app::isa_of_results(file, options.sets), argv);
      return under_mpi(argc, argv,
                       [&](auto& session) { return app::verify(file, sample, options.sets, &alone(session)); });
    }
    if (*bench) {
      spdlog::set_default_logger(spdlog::stderr_logger_st("bench"));   // figures alone go to the standard output
      spdlog::set_pattern("%H:%M:%S %v");
      measured.study = options.study;
      measured.sets = options.sets;
      if (!measured.loop.empty() || measured.describe) return app::bench_loop(measured);
      app::pin_numerics(options.study.empty() ? "native" : app::isa_of_study(options), argv);
      measured.launch = app::launch_seconds();
      measured.began = app::seconds_since_start();
      return under_mpi(
          argc, argv, [&](auto& session) { return app::bench(measured, session.world()); }, !alone_each);
    }
    if (*pack) return app::pack(file, other);
    if (*clean) return app::clean(file, dry_run);
    if (*rows) return app::rows(file, stage, output);
    if (*status) return app::status(file, follow, exit_code);
    return app::diff(file, other);
  } catch (const InputError& error) {
    return report(error, speaks());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "archipel: %s\n", error.what());
    return system_failed;
  }
}

int main(int argc, char** argv) {
  const int code = command(argc, argv);
  std::cout.flush();
  if (code != finished || (std::fflush(stdout) == 0 && std::cout)) return code;
  std::fprintf(stderr, "archipel: write(standard output): %s\n", std::strerror(errno));
  return system_failed;
}
