#include "stages/stage.hpp"

#include "base/error.hpp"
#include "search/placement.hpp"
#include "search/strategies/race.hpp"
#include "search/strategies/warm_start.hpp"

#include <algorithm>

namespace archipel::stages {
namespace {

/// Returns what `outcome` takes from the archipelago when all teams have ended.
template <class Outcome>
std::vector<Candidate> run(const StageContext& context, const ArchipelagoPlan& plan, const Outcome& outcome) {
  const auto seats = seats_of(context.team, context.teams, int(plan.rules.size()));
  Archipelago archipelago(plan, seats, context.space, context.evaluator, context.exchange, context.recorder,
                          context.rank);
  archipelago.team = context.team;
  archipelago.neighbours = hypercube_neighbours(context.team, context.teams);
  if (context.now) archipelago.now = context.now;
  const double seconds = context.study.stages[context.index].budget.seconds;
  if (seconds > 0) archipelago.seconds = seconds;
  archipelago.deaths = int(context.study.limits.deaths);
  archipelago.delay = context.delay;
  archipelago.ranks = context.ranks;
  archipelago.message_seconds = context.message_seconds;
  archipelago.on_progress = context.on_progress;
  archipelago.on_failure = context.on_failure;
  archipelago.stop = context.stop;
  archipelago.regroup = context.regroup;
  context.evaluator.abandon = context.overdue;
  archipelago.run();
  if (context.on_busy) context.on_busy(archipelago.busy());
  const int standing = context.exchange.end(archipelago.standing(), context.left);
  if (standing == Archipelago::stopped) throw Stopped();
  if (standing != Archipelago::finished) throw OtherTeams{standing};
  return outcome(archipelago);
}

}   // namespace

std::vector<Candidate> search(const StageContext& context, std::size_t finalists, const std::vector<Genome>& given) {
  auto plan = plan_search(context.study, context.index, context.space, context.evaluator, finalists);
  const auto islands = plan.rules.size();
  const auto cold = plan.strategy;
  if (!given.empty()) {
    plan.strategy = [&](int island) -> std::unique_ptr<Strategy> {
      std::vector<Genome> own;
      for (auto i = std::size_t(island); i < given.size(); i += islands) own.push_back(given[i]);
      return std::make_unique<WarmStart>(std::move(own), cold(island));
    };
  }
  return run(context, plan, [&](const Archipelago& archipelago) {
    return best_of(context.exchange.gather(archipelago.elites()), finalists);
  });
}

std::vector<Candidate> evaluate(const StageContext& context, const std::vector<Candidate>& finalists) {
  IslandRules rules;
  rules.seed = context.study.seed;
  rules.stage = std::uint32_t(context.index);
  const auto& stage = context.study.stages[context.index];
  rules.window = std::int64_t(finalists.size());
  rules.max_asks = rules.window * stage.replicates;
  ArchipelagoPlan plan;
  plan.rules = {rules};
  plan.senders = {{}};
  plan.machine_outcomes = context.study.limits.machine_outcomes;
  Race* race = nullptr;   // the island's, which every team has
  plan.strategy = [&](int) {
    auto strategy = std::make_unique<Race>(finalists, int(stage.replicates), stage.confidence);
    race = strategy.get();
    return strategy;
  };
  return run(context, plan, [&](const Archipelago&) { return race->ranking(); });
}

StageExtent extent_of(const Study& study, std::size_t index, const Space& space, const Evaluator& evaluator) {
  const auto& stage = study.stages[index];
  if (stage.kind == "evaluate") {
    check_limits(study, index, space, evaluator);
    return {
        .islands = 1, .max_rows = stage.candidates * stage.replicates, .max_migrations = 0, .window = stage.candidates};
  }
  const auto plan = plan_search(study, index, space, evaluator, 0);
  StageExtent extent{.islands = stage.islands, .objectives = plan.objectives};
  for (std::size_t i = 0; i < plan.rules.size(); ++i) {
    extent.max_rows = std::max(extent.max_rows, plan.rules[i].max_asks);
    extent.window = std::max(extent.window, plan.rules[i].window);
    std::int64_t arrivals = 0;
    for (const int sender : plan.senders[i]) {
      const auto& from = plan.rules[std::size_t(sender)];
      arrivals += (from.max_asks / from.interval) * from.migrants;
    }
    extent.max_migrations = std::max(extent.max_migrations, arrivals);
  }
  return extent;
}

}   // namespace archipel::stages
