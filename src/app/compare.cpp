#include "app/compare.hpp"

#include "app/problem.hpp"
#include "app/read_study.hpp"
#include "app/tournament.hpp"
#include "base/error.hpp"
#include "mpi/collectives.hpp"
#include "search/strategies/shuffled.hpp"
#include "search/virtual_time.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <ranges>

namespace archipel::app {
namespace {

/// An entry of the tournament as a study, of which only the first stage counts.
Study study_of(const std::string& entry, const CompareOptions& options, const mpi::Communicator& world) {
  const auto plain = load_study(options.study, options.sets, world).study;
  if (plain.stages[0].kind != "search") throw InputError("stage.0.kind: a tournament needs a search");
  std::vector<std::string> parts;
  for (const auto part : entry | std::views::split('+')) parts.emplace_back(part.begin(), part.end());
  const bool own = parts[0] == "study";
  const auto& given = plain.stages[0].strategies;
  const auto found = std::ranges::find(given, parts[0], &StrategySettings::kind);
  const std::string strategy = "stage.0.strategy." + std::to_string(found == given.end() ? 0 : found - given.begin());
  auto sets = options.sets;
  if (!own) sets.push_back(strategy + ".kind=" + parts[0]);
  for (const auto& part : parts | std::views::drop(1)) {
    const bool whole = own || part.find('.') < part.find('=');   // a key of the stage, else of the strategy
    sets.push_back((whole ? "stage.0." : strategy + ".") + part);
  }
  auto study = load_study(options.study, sets, world).study;
  study.stages.resize(1);
  auto& strategies = study.stages[0].strategies;
  if (!own) strategies = {strategies[found == given.end() ? 0 : std::size_t(found - given.begin())]};
  return study;
}

/// Of the budget, when the stage's rows are taken in the order in which one team evaluates them.
double spent(const std::vector<Row>& rows, const BudgetSettings& budget, const Evaluator& evaluator, std::size_t row,
             double cost) {
  const double total = budget.cost * evaluator.units_per_cost();
  if (budget.cost > 0 && (budget.evaluations == 0 || cost / total > double(row + 1) / double(budget.evaluations)))
    return cost / total;
  return double(row + 1) / double(std::max<std::int64_t>(budget.evaluations, std::int64_t(rows.size())));
}

Score score_of_search(const Study& study, bool shuffled, Problem& problem) {
  const auto evaluator = problem.evaluator(0);
  auto plan = plan_search(study, 0, problem.space(), *evaluator, 1);
  if (shuffled) {
    plan.strategy = [strategy = plan.strategy](int island) { return std::make_unique<Shuffled>(strategy(island)); };
  }
  MemoryRecorder recorder;
  simulate(plan, 1, problem.space(), *evaluator, recorder);
  Score score;
  score.best.assign(tournament_shares.size(), std::numeric_limits<double>::quiet_NaN());
  const bool maximise = evaluator->objectives()[0].maximise;
  std::optional<double> best;
  double cost = 0;
  for (std::size_t i = 0; i < recorder.rows.size(); ++i) {
    const auto& row = recorder.rows[i];
    cost += double(row.cost);
    const double share = spent(recorder.rows, study.stages[0].budget, *evaluator, i, cost);
    const double value = row.evaluation.objectives[0];
    if (row.evaluation.outcome == Outcome::ok && (!best || (maximise ? value > *best : value < *best))) {
      best = value;
      score.reported = row.evaluation.reported;
    }
    for (std::size_t k = 0; k < tournament_shares.size(); ++k)
      if (best && (share <= tournament_shares[k] || i == 0 || k + 1 == tournament_shares.size())) score.best[k] = *best;
  }
  score.reported.resize(evaluator->reported().size(), std::numeric_limits<double>::quiet_NaN());
  score.evaluations = double(recorder.rows.size());
  score.cost = cost / evaluator->units_per_cost();
  return score;
}

std::string bytes_of(const std::vector<double>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)};
}

/// The scores of all searches, which ranks made in turn: search s by rank s mod ranks.
void share(std::vector<Score>& scores, std::size_t reported, const mpi::Communicator& world) {
  const std::size_t width = tournament_shares.size() + reported + 2;
  std::vector<double> mine;
  for (std::size_t s = std::size_t(world.rank()); s < scores.size(); s += std::size_t(world.size())) {
    const auto& score = scores[s];
    mine.insert(mine.end(), score.best.begin(), score.best.end());
    mine.insert(mine.end(), score.reported.begin(), score.reported.end());
    mine.insert(mine.end(), {score.evaluations, score.cost});
  }
  const auto all = mpi::all_gather(world, bytes_of(mine));
  std::vector<double> values(width);
  for (std::size_t s = 0; s < scores.size(); ++s) {
    const auto& part = all[s % all.size()];
    std::memcpy(values.data(), part.data() + s / all.size() * width * sizeof(double), width * sizeof(double));
    const auto split = values.begin() + std::ptrdiff_t(tournament_shares.size());
    scores[s].best.assign(values.begin(), split);
    scores[s].reported.assign(split, values.end() - 2);
    scores[s].evaluations = values[width - 2];
    scores[s].cost = values[width - 1];
  }
}

}   // namespace

int compare(const CompareOptions& options, const mpi::Communicator& world) {
  auto names = options.entries;
  if (std::ranges::find(names, "random") == names.end()) names.insert(names.begin(), "random");
  std::vector<Study> studies;
  for (const auto& name : names) studies.push_back(study_of(name, options, world));
  const auto problem = load_problem(studies[0], options.study, world);
  Tournament tournament{.study = studies[0].name, .entries = {}, .seeds = options.seeds};
  const auto evaluator = problem->evaluator(0);
  tournament.objective = evaluator->objectives()[0];
  tournament.reported = evaluator->reported();
  tournament.cost_unit = evaluator->cost_unit();
  std::vector<std::pair<const Study*, bool>> entries;   // whether with shuffled scores
  for (const bool shuffled : {false, true}) {
    if (shuffled && !options.shuffled) break;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (shuffled && names[i] == "random") continue;
      tournament.entries.push_back(names[i] + (shuffled ? " (shuffled)" : ""));
      entries.emplace_back(&studies[i], shuffled);
    }
  }
  const auto seeds = std::size_t(options.seeds);
  tournament.scores.resize(entries.size() * seeds);
  mpi::on_all(world, [&] {
    auto said = std::chrono::steady_clock::now();
    for (std::size_t s = std::size_t(world.rank()); s < tournament.scores.size(); s += std::size_t(world.size())) {
      const auto [settings, shuffled] = entries[s / seeds];
      auto study = *settings;
      study.seed += s % seeds;
      tournament.scores[s] = score_of_search(study, shuffled, *problem);
      const auto now = std::chrono::steady_clock::now();
      if (world.rank() > 0 || now - said < std::chrono::seconds(5)) continue;
      said = now;
      spdlog::info("{} of {} searches done, now {}", s + 1, tournament.scores.size(), tournament.entries[s / seeds]);
    }
  });
  share(tournament.scores, tournament.reported.size(), world);
  mpi::on_root(world, [&] {
    print(tournament);
    if (!options.results.empty()) write(tournament, options.results);
  });
  return 0;
}

}   // namespace archipel::app
