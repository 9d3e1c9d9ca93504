#include "app/run_stages.hpp"

#include "app/extend.hpp"
#include "app/process_times.hpp"
#include "app/progress.hpp"
#include "app/stage_costs.hpp"
#include "app/test_files.hpp"
#include "app/time_shares.hpp"
#include "base/error.hpp"
#include "io/artefact_store.hpp"
#include "io/checkpoint_store.hpp"
#include "io/front.hpp"
#include "io/model_file.hpp"
#include "io/results_file.hpp"
#include "io/results_watch.hpp"
#include "io/row_writer.hpp"
#include "io/user_block.hpp"
#include "mpi/collectives.hpp"
#include "mpi/exchange.hpp"
#include "stages/stage.hpp"
#include "stages/team_size.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace archipel::app {
namespace {

/// The stages of one run, and what they share.
class Stages {
 public:
  explicit Stages(const RunContext& context)
      : study_(context.loaded.study),
        warm_(context.warm),
        problem_(context.problem),
        layout_(context.layout),
        results_(context.results),
        goes_on_(context.goes_on),
        quiet_(context.options.quiet),
        clock_(context.clock),
        world_(context.world),
        teams_(context.teams) {
    if (!context.options.extend.empty()) old_.emplace(context.options.extend);
    if (!quiet_ && study_.run.progress > 0 && world_.rank() == 0) costs_ = stage_costs(study_, layout_, problem_);
    if (results_.empty()) return;
    file_.emplace(results_, O_RDONLY);
    block_ = io::read_user_block(*file_);
    store_.emplace(results_);
    checkpoints_.emplace(
        results_, std::ranges::find(layout_.provenance, "canary", &std::pair<std::string, std::string>::first)->second);
  }

  std::vector<Candidate> run() {
    std::vector<Candidate> finalists;
    for (std::size_t i = 0; i < study_.stages.size(); ++i) {
      finalists =
          study_.stages[i].kind == "search" ? search(i, std::move(finalists)) : evaluate(i, std::move(finalists));
    }
    require_file();
    mpi::barrier(world_);   // all rows are durable before rank 0 looks at the file
    if (checkpoints_ && world_.rank() == 0) checkpoints_->clear();
    if (!quiet_) print_shares(time_, world_);
    return finalists;
  }

 private:
  /// The first replica of a team has exchange and writer; all go through `messages` and `recorder`, and so for what is kept.
  struct Stage {
    std::optional<mpi::Teams> larger;   // than those of the run
    const mpi::Teams* teams;
    std::optional<mpi::ReplicaArtefacts> artefacts;
    std::optional<mpi::ReplicaCheckpoints> states;
    std::unique_ptr<Evaluator> evaluator;
    NullRecorder nowhere;
    std::optional<mpi::MpiExchange> exchange;
    std::optional<io::RowWriter> writer;
    std::optional<mpi::ReplicaExchange> messages;
    std::optional<mpi::ReplicaRecorder> recorder;
    std::optional<Progress> progress;
  };

  std::vector<Candidate> search(std::size_t index, std::vector<Candidate> before) {
    std::int64_t finalists = 1;
    for (const auto& stage : study_.stages)
      finalists = std::max({finalists, stage.kind == "evaluate" ? stage.candidates : 1, stage.warm_before});
    auto given = warm_[index];
    before.resize(std::min(before.size(), std::size_t(study_.stages[index].warm_before)));
    for (auto& candidate : before)
      if (std::ranges::find(given, candidate.genome) == given.end()) given.push_back(std::move(candidate.genome));
    auto best = run(index, int(study_.run.replicas),
                    [&](const auto& context) { return stages::search(context, std::size_t(finalists), given); });
    if (!results_.empty() && io::has_front(layout_.stages[index])) {
      mpi::barrier(world_);   // all rows are there
      if (world_.rank() == 0)
        io::RowWriter(results_, layout_, index, study_.results.sync)
            .front(io::front_of(io::ResultsReader(results_), index).members());
    }
    return best;
  }

  /// The finalists, ranked by this stage; the first has met the test set if the study's next stage is none of this kind.
  std::vector<Candidate> evaluate(std::size_t index, std::vector<Candidate> finalists) {
    finalists.resize(std::min(finalists.size(), std::size_t(study_.stages[index].candidates)));
    if (finalists.empty()) {
      if (world_.rank() == 0) spdlog::warn("stage {}: no candidate succeeded before it: nothing to evaluate", index);
      if (world_.rank() == 0 && !results_.empty()) {
        io::RowWriter writer(results_, layout_, index, study_.results.sync);
        writer.ended(0, {});
        writer.finish();
      }
      return {};
    }
    const auto work = [&](const auto& context) { return stages::evaluate(context, finalists); };
    std::vector<Candidate> ranking;
    for (int ranks = team_size(finalists.size()); ranks != 0;) {
      try {
        ranking = run(index, ranks, work);
        ranks = 0;
      } catch (const stages::OtherTeams& teams) {
        ranks = teams.ranks;
        goes_on_ = true;
      }
    }
    if (!opens_test(study_, index)) return ranking;
    mpi::barrier(world_);   // the winner is fixed and durable before the test set is read
    if (world_.rank() == 0 && !ranking.empty()) open_test(index, ranking[0]);
    mpi::barrier(world_);
    return ranking;
  }

  /// Of a stage that evaluates finalists: fewer candidates than ranks are no reason to wait.
  int team_size(std::size_t unfinished) const {
    return stages::team_size(unfinished, world_.size(), int(study_.run.replicas), problem_.shards_of_any_team());
  }

  template <class Work>
  std::vector<Candidate> run(std::size_t index, int replicas, const Work& work) {
    const auto stage = begin(index, replicas);
    try {
      auto best = work(context(index, *stage));
      end(*stage);
      return best;
    } catch (const Stopped&) {
      end(*stage);
      throw;
    } catch (const stages::OtherTeams&) {
      end(*stage);
      throw;
    }
  }

  void open_test(std::size_t index, const Candidate& winner) {
    io::RowWriter writer(results_, layout_, index, study_.results.sync);
    auto& problem = dynamic_cast<TrainProblem&>(problem_);
    const auto model = store_->model_path(io::model_name(index));
    const auto noted = writer.opening_of(winner.weights);
    if (noted && !std::isnan(noted->test) && io::model_holds(model, noted->files))
      return writer.opening(*noted);   // by an earlier start
    const auto weights = store_->get(winner.weights);
    problem.check_test_files();   // what is wrong with them is said before the look
    io::Opening opening{.model = winner.weights,
                        .origin = winner.origin,
                        .validation = winner.fitness,
                        .test = std::numeric_limits<double>::quiet_NaN(),
                        .samples = 0,
                        .files = mark_of_test(layout_.provenance)};
    const bool again = noted && !std::isnan(noted->test);   // the exported network is gone or damaged
    if (!again) writer.opening(opening);                    // noted before the look, completed after it
    if (!quiet_) spdlog::info("tests the winner");
    const auto score = problem.test(winner.genome, weights);
    if (again && score.accuracy != noted->test)
      throw InputError(results_ + ": the winner's test accuracy was " + std::to_string(noted->test) + " and is " +
                       std::to_string(score.accuracy) + " now: bring back the test files that it was tested on");
    opening.test = score.accuracy;
    opening.samples = score.samples;
    std::vector<std::pair<std::string, std::string>> facts{{"study", study_.name},
                                                           {"weights", winner.weights.hex()},
                                                           {"validation_accuracy", std::to_string(winner.fitness)},
                                                           {"test_accuracy", std::to_string(score.accuracy)}};
    for (const auto& fact : layout_.provenance)
      if (is_of_test(fact.first)) facts.push_back(fact);
    problem.export_model(winner.genome, weights, model, facts);
    opening.files = io::checksum_of_model(model);
    writer.opening(opening);   // last: a stage whose opening is complete has its model
  }

  std::unique_ptr<Stage> begin(std::size_t index, int replicas) {
    const bool keep_weights = opens_test(study_, index);
    auto stage = std::make_unique<Stage>();
    stage->teams = &teams_;
    if (replicas != study_.run.replicas) stage->teams = &stage->larger.emplace(mpi::divide(world_, replicas));
    const auto& team = stage->teams->replicas;
    problem_.train_with(team.comm());
    if (replicas != study_.run.replicas && !quiet_ && world_.rank() == 0)
      spdlog::info("stage {}: teams of {} ranks train each candidate together", index, replicas);
    if (team.first()) stage->exchange.emplace(stage->teams->across, int(layout_.stages[index].islands));
    if (team.first() && !results_.empty()) {
      stage->writer.emplace(results_, layout_, index, study_.results.sync);
      stage->writer->drop_from(*checkpoints_);
      if (goes_on_) stage->writer->go_on(keep_weights ? &*store_ : nullptr);
      require_file();   // what the writer has opened is what the stages before have written
    }
    if (!costs_.empty()) {
      auto& progress =
          stage->progress.emplace(study_, index, layout_.stages[index], results_, costs_, stage->teams->teams);
      problem_.on_epoch([&progress](std::int64_t number, std::int64_t epochs) { progress.epoch(number, epochs); });
    }
    Recorder& rows = stage->writer ? static_cast<Recorder&>(*stage->writer) : stage->nowhere;
    stage->messages.emplace(stage->exchange ? &*stage->exchange : nullptr, team);
    stage->recorder.emplace(team.first() ? &rows : nullptr, team);
    if (store_ && keep_weights) stage->artefacts.emplace(team.first() ? &*store_ : nullptr, team);
    if (checkpoints_) stage->states.emplace(team.first() ? &*checkpoints_ : nullptr, team);
    Artefacts* artefacts = stage->artefacts ? &*stage->artefacts : nullptr;
    stage->evaluator = problem_.evaluator(index, artefacts, stage->states ? &*stage->states : nullptr);
    if (old_) stage->evaluator = with_rows_of(*old_, index, std::move(stage->evaluator), artefacts);
    return stage;
  }

  stages::StageContext context(std::size_t index, Stage& stage) {
    const auto& team = stage.teams->replicas;
    stages::StageContext context{.study = study_,
                                 .index = index,
                                 .space = problem_.space(),
                                 .evaluator = *stage.evaluator,
                                 .team = stage.teams->team,
                                 .teams = stage.teams->teams,
                                 .exchange = *stage.messages,
                                 .recorder = *stage.recorder,
                                 .on_progress = {},
                                 .rank = world_.rank()};
    if (team.first())
      context.on_failure = [rank = world_.rank()](const std::string& text) { spdlog::warn("rank {}: {}", rank, text); };
    if (stage.progress)
      context.on_progress = [&progress = *stage.progress](std::int64_t evaluated) { progress.tick(evaluated); };
    context.stop = [this, &team](double needed) { return stops(team, needed); };
    if (team.first()) context.overdue = [this] { return clock_.overdue(); };
    context.now = [&team] {
      return team.agree(std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count());
    };
    context.left = [this] { return clock_.left(); };
    const auto& settings = study_.stages[index];
    if (settings.kind == "evaluate" && settings.budget.seconds == 0 && stage.evaluator->goes_on())
      context.regroup = [this, ranks = team.comm().size()](std::size_t unfinished, bool done_one) {
        const int wanted = team_size(unfinished);
        const bool grows = ranks == 1 && wanted > 1, shrinks = done_one && wanted < ranks;
        return grows || shrinks ? wanted : 0;
      };
    context.ranks = team.comm().size();
    context.message_seconds = [this] { return problem_.message_seconds(); };
    context.on_busy = [this](double seconds) {
      time_.evaluations += seconds;
      time_.messages += problem_.message_seconds();
    };
    const auto& delays = study_.run.delay;
    if (std::size_t(world_.rank()) < delays.size()) context.delay = delays[std::size_t(world_.rank())];
    return context;
  }

  bool stops(const mpi::Replicas& team, double needed) {
    if (!team.agree(clock_.stop(needed))) return false;
    if (world_.rank() == 0 && !std::exchange(stopping_, true)) spdlog::warn("stopping: {}", clock_.reason());
    return true;
  }

  void require_file() const {
    if (file_) io::require_still_there(*file_, block_);
  }

  void end(Stage& stage) {
    if (stage.writer) stage.writer->finish();
    if (stage.progress) stage.progress->done();
    problem_.on_epoch({});
  }

  const Study& study_;
  const std::vector<std::vector<Genome>>& warm_;
  Problem& problem_;
  const io::ResultsLayout& layout_;
  std::string results_;   // empty: none
  bool goes_on_;          // with the rows that are there
  bool quiet_;
  const StopClock& clock_;
  bool stopping_ = false;          // and said so
  std::vector<StageCost> costs_;   // by stage, where progress is printed: rank 0
  TimeShares time_{.start = seconds_since_start()};
  const mpi::Communicator& world_;
  const mpi::Teams& teams_;                // of run.replicas ranks
  std::optional<io::Descriptor> file_;     // the results, from start to end
  io::UserBlock block_;                    // of them
  std::optional<io::ResultsReader> old_;   // whose rows need no evaluation
  std::optional<io::ArtefactStore> store_;
  std::optional<io::CheckpointStore> checkpoints_;
};

}   // namespace

std::vector<Candidate> run_stages(const RunContext& context) { return Stages(context).run(); }

}   // namespace archipel::app
