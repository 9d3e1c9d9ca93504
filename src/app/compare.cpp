#include "app/compare.hpp"

#include "app/problem.hpp"
#include "app/read_study.hpp"
#include "app/tournament.hpp"
#include "base/error.hpp"
#include "mpi/collectives.hpp"
#include "mpi/replicas.hpp"
#include "search/pareto.hpp"
#include "search/strategies/shuffled.hpp"
#include "search/virtual_time.hpp"
#include "study/settings.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <ranges>
#include <span>
#include <utility>

namespace archipel::app {
namespace {

struct Entry {
  std::string name;   // as the user wrote it, without blanks
  Study study;        // of which only the first stage counts
};

/// Settings that change what a search is, but neither how long it may be nor what it is about.
bool may_differ(const std::string& key) {
  return key == "islands" || key.starts_with("migration.") || key.starts_with("strategy.");
}

Study study_of(const std::string& entry, const CompareOptions& options, const mpi::Communicator& world) {
  const auto plain = load_study(options.study, options.sets, world).study;
  const auto& stage = plain.stages[0];
  if (stage.kind != "search") throw InputError("stage.0.kind: a tournament needs a search");
  if (stage.budget.seconds > 0)
    throw InputError("stage.0.budget.seconds: time is no equal budget; allowed are evaluations and cost");
  if (!stage.warm_start.empty()) throw InputError("stage.0.warm_start: searches of a tournament begin from nothing");
  std::vector<std::string> parts;
  for (const auto part : entry | std::views::split('+')) parts.emplace_back(part.begin(), part.end());
  const bool own = parts[0] == "study";
  const auto& given = plain.stages[0].strategies;
  const auto found = std::ranges::find(given, parts[0], &StrategySettings::kind);
  const auto number = found == given.end() ? 0 : found - given.begin();
  const std::string strategy = "strategy." + std::to_string(number) + ".";
  auto sets = options.sets;
  if (!own) sets.push_back("stage.0." + strategy + "kind=" + parts[0]);
  for (const auto& part : parts | std::views::drop(1)) {
    const auto equals = part.find('=');
    if (equals == std::string::npos) throw InputError("'" + part + "': must be a setting and its value, key=value");
    const bool of_strategy = !own && part.find('.') > equals && !part.starts_with("islands=");
    const auto key = (of_strategy ? strategy : "") + part.substr(0, equals);
    if (!may_differ(key))
      throw InputError("'" + part + "': allowed are islands, migration.* and settings of the strategy: budget, " +
                       "fidelity and objectives are those of the study, equal for all");
    sets.push_back("stage.0." + key + part.substr(equals));
  }
  auto study = load_study(options.study, sets, world).study;
  study.stages.resize(1);
  auto& strategies = study.stages[0].strategies;
  if (!own) strategies = {strategies[std::size_t(number)]};
  return study;
}

/// Random search among them. InputError that names the entry.
std::vector<Entry> entries_of(const CompareOptions& options, const mpi::Communicator& world) {
  std::vector<Entry> entries;
  const auto add = [&](std::string name) {
    std::erase(name, ' ');
    if (name.empty()) throw InputError("--strategies: an entry is empty");
    if (std::ranges::find(entries, name, &Entry::name) != entries.end())
      throw InputError("--strategies: '" + name + "' stands there twice");
    try {
      entries.push_back({name, study_of(name, options, world)});
    } catch (const InputError& error) {
      std::vector<std::string> problems;
      for (const auto& problem : error.problems())
        problems.push_back("--strategies " + name + ": " + problem.substr(problem.starts_with("--set: ") ? 7 : 0));
      throw InputError(problems);
    }
  };
  load_study(options.study, options.sets, world);   // its own mistakes first
  for (const auto& name : options.entries) add(name);
  if (std::ranges::find(entries, "random", &Entry::name) == entries.end()) {
    add("random");
    std::ranges::rotate(entries, entries.end() - 1);
  }
  if (entries.size() < 2) throw InputError("--strategies: besides random search at least one, or the study");
  return entries;
}

/// Of the budget, when the stage's rows are taken in the order in which one team evaluates them.
double spent(const std::vector<Row>& rows, const BudgetSettings& budget, const Evaluator& evaluator, std::size_t row,
             double cost) {
  const double total = budget.cost * evaluator.units_per_cost();
  if (budget.cost > 0 && (budget.evaluations == 0 || cost / total > double(row + 1) / double(budget.evaluations)))
    return cost / total;
  return double(row + 1) / double(std::max<std::int64_t>(budget.evaluations, std::int64_t(rows.size())));
}

/// Best-so-far of a search: a value, or several objectives' front.
class BestSoFar {
 public:
  BestSoFar(const ArchipelagoPlan& plan, const Evaluator& evaluator) : plan_(plan), evaluator_(evaluator) {}
  void add(const Row& row) {
    if (row.evaluation.outcome != Outcome::ok) return;
    Scores scores;
    for (const auto objective : plan_.objectives) scores.push_back(score_of(row.evaluation, evaluator_, objective));
    if (std::ranges::any_of(scores, [](double score) { return std::isinf(score); })) return;   // unknown
    if (!best_ || scores[0] > score_of(best_->evaluation, evaluator_, plan_.objectives[0])) best_ = row;
    if (scores.size() > 1) add_to_front(front_, std::move(scores));
  }
  void note(Score& score, std::size_t share) const {
    if (!best_) return;
    score.best[share] = best_->evaluation.objectives[plan_.objectives[0]];
    score.fronts[share] = front_;
  }
  const std::optional<Row>& best() const { return best_; }

 private:
  const ArchipelagoPlan& plan_;
  const Evaluator& evaluator_;
  std::optional<Row> best_;
  std::vector<Scores> front_;
};

Score score_of_search(const Study& study, bool shuffled, Problem& problem) {
  const auto evaluator = problem.evaluator(0);
  auto plan = plan_search(study, 0, problem.space(), *evaluator, 1);
  if (shuffled) {
    plan.strategy = [strategy = plan.strategy](int island) { return std::make_unique<Shuffled>(strategy(island)); };
  }
  MemoryRecorder recorder;
  simulate(plan, 1, problem.space(), *evaluator, recorder);
  constexpr auto shares = tournament_shares.size();
  Score score;
  score.best.assign(shares, std::numeric_limits<double>::quiet_NaN());
  score.fronts.resize(shares);
  BestSoFar best(plan, *evaluator);
  double cost = 0;
  std::size_t share = 0;
  for (std::size_t i = 0; i < recorder.rows.size(); ++i) {
    cost += double(recorder.rows[i].cost);
    const double now = spent(recorder.rows, study.stages[0].budget, *evaluator, i, cost);
    for (; share + 1 < shares && i > 0 && now > tournament_shares[share]; ++share) best.note(score, share);
    best.add(recorder.rows[i]);
  }
  for (; share < shares; ++share) best.note(score, share);
  if (best.best()) score.reported = best.best()->evaluation.reported;
  score.reported.resize(evaluator->reported().size(), std::numeric_limits<double>::quiet_NaN());
  score.evaluations = double(recorder.rows.size());
  score.cost = cost / evaluator->units_per_cost();
  return score;
}

/// A score as numbers, and back from the first of `left`.
void put(const Score& score, std::vector<double>& numbers) {
  numbers.insert(numbers.end(), score.best.begin(), score.best.end());
  numbers.insert(numbers.end(), score.reported.begin(), score.reported.end());
  numbers.insert(numbers.end(), {score.evaluations, score.cost});
  for (const auto& front : score.fronts) {
    numbers.push_back(double(front.size()));
    for (const auto& point : front) numbers.insert(numbers.end(), point.begin(), point.end());
  }
}

Score take(std::span<const double>& left, std::size_t reported, std::size_t objectives) {
  const auto next = [&](std::size_t count) {
    const auto numbers = left.first(count);
    left = left.subspan(count);
    return std::vector<double>(numbers.begin(), numbers.end());
  };
  Score score{.best = next(tournament_shares.size()), .reported = next(reported), .fronts = {}};
  score.evaluations = next(1)[0];
  score.cost = next(1)[0];
  for (std::size_t share = 0; share < tournament_shares.size(); ++share) {
    auto& front = score.fronts.emplace_back();
    for (auto points = std::size_t(next(1)[0]); points > 0; --points) front.push_back(next(objectives));
  }
  return score;
}

/// The scores of all searches, which ranks made in turn: search s by rank s mod ranks.
void share(std::vector<Score>& scores, std::size_t reported, std::size_t objectives, const mpi::Communicator& world) {
  const auto ranks = std::size_t(world.size());
  std::vector<double> mine;
  for (auto s = std::size_t(world.rank()); s < scores.size(); s += ranks) put(scores[s], mine);
  const auto bytes = std::as_bytes(std::span(mine));
  const auto all = mpi::all_gather(world, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    std::vector<double> numbers(all[rank].size() / sizeof(double));
    std::memcpy(numbers.data(), all[rank].data(), all[rank].size());
    std::span<const double> left(numbers);
    for (auto s = rank; s < scores.size(); s += ranks) scores[s] = take(left, reported, objectives);
  }
}

/// Fronts become their hypervolumes: shares of the box between the worst and the best value that any of them has of each objective.
void measure_fronts(Tournament& tournament, std::size_t objectives) {
  Scores best(objectives, -std::numeric_limits<double>::infinity()), worst(objectives, -best[0]);
  const auto for_all_points = [&](const auto& visit) {
    for (const auto& score : tournament.scores)
      for (const auto& front : score.fronts)
        for (const auto& point : front) visit(point);
  };
  for_all_points([&](const Scores& point) {
    for (std::size_t m = 0; m < objectives; ++m) {
      best[m] = std::max(best[m], point[m]);
      worst[m] = std::min(worst[m], point[m]);
    }
  });
  double box = 1;
  for (std::size_t m = 0; m < objectives; ++m) box *= best[m] - worst[m];
  for (auto& score : tournament.scores) {
    for (std::size_t k = 0; k < score.fronts.size(); ++k)
      score.best[k] = box > 0 ? hypervolume(score.fronts[k], worst) / box : 0;
  }
  tournament.objective = {.name = "hypervolume", .unit = "1", .maximise = true};
}

void check_results(const std::string& path) {
  if (path.empty()) return;
  const auto folder = std::filesystem::absolute(path).parent_path();
  if (std::filesystem::exists(path)) throw InputError("--results " + path + ": exists already: name another file");
  if (!std::filesystem::is_directory(folder))
    throw InputError("--results " + path + ": there is no folder " + folder.string());
}

}   // namespace

int compare(const CompareOptions& options, const mpi::Communicator& world) {
  const auto entries = entries_of(options, world);
  mpi::on_root(world, [&] { check_results(options.results); });
  prepare_kernels();
  const auto alone = mpi::divide(world, 1);
  const auto& study = entries[0].study;
  const auto problem = load_problem(study, options.study, world, &alone.replicas.comm());
  const auto evaluator = problem->evaluator(0);
  const auto objectives = std::max<std::size_t>(1, study.stages[0].objectives.size());
  Tournament tournament{.study = study.name,
                        .settings = effective_text(study, false),
                        .entries = {},
                        .first_seed = study.seed,
                        .seeds = options.seeds,
                        .objective = evaluator->objectives()[0],
                        .reported = evaluator->reported(),
                        .cost_unit = evaluator->cost_unit(),
                        .scores = {}};
  std::vector<std::pair<const Study*, bool>> searches;   // whether with shuffled scores
  for (const bool shuffled : {false, true}) {
    for (const auto& entry : entries) {
      if (shuffled && (!options.shuffled || entry.name == "random")) continue;
      tournament.entries.push_back(entry.name + (shuffled ? " (shuffled)" : ""));
      searches.emplace_back(&entry.study, shuffled);
    }
  }
  const auto seeds = std::size_t(options.seeds);
  auto& scores = tournament.scores;
  scores.resize(searches.size() * seeds);
  mpi::on_all(world, [&] {
    auto said = std::chrono::steady_clock::now();
    for (auto s = std::size_t(world.rank()); s < scores.size(); s += std::size_t(world.size())) {
      const auto [settings, shuffled] = searches[s / seeds];
      auto seeded = *settings;
      seeded.seed += s % seeds;
      scores[s] = score_of_search(seeded, shuffled, *problem);
      const auto now = std::chrono::steady_clock::now();
      if (world.rank() > 0 || now - said < std::chrono::seconds(5)) continue;
      said = now;
      spdlog::info("{} of {} searches done, now {}", s + 1, scores.size(), tournament.entries[s / seeds]);
    }
  });
  share(scores, tournament.reported.size(), objectives, world);
  if (objectives > 1) measure_fronts(tournament, objectives);
  mpi::on_root(world, [&] {
    print(tournament);
    if (!options.results.empty()) write(tournament, options.results);
  });
  return 0;
}

}   // namespace archipel::app
