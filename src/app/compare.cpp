#include "app/compare.hpp"

#include "app/commands.hpp"
#include "app/problem.hpp"
#include "app/provenance.hpp"
#include "app/read_study.hpp"
#include "app/search_journal.hpp"
#include "app/tournament.hpp"
#include "app/tournament_search.hpp"
#include "base/error.hpp"
#include "mpi/collectives.hpp"
#include "mpi/replicas.hpp"
#include "search/pareto.hpp"
#include "study/settings.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <optional>
#include <ranges>
#include <set>
#include <span>

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
  if (!stage.given.empty()) throw InputError("stage.0.given: searches of a tournament begin from nothing");
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

/// Between commas, but those within brackets.
std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : list) {
    depth += (c == '[') - (c == ']');
    if (c == ',' && depth == 0) parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
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
  for (const auto& list : options.entries)
    for (const auto& name : parts_of(list)) add(name);
  if (std::ranges::find(entries, "random", &Entry::name) == entries.end()) {
    add("random");
    std::ranges::rotate(entries, entries.end() - 1);
  }
  if (entries.size() < 2) throw InputError("--strategies: besides random search at least one, or the study");
  return entries;
}

/// What decides the bits of all searches besides the entry and the seed.
Digest conditions_of(const Tournament& tournament) {
  static const std::set<std::string> elsewhere{"ranks", "replicas", "bucket", "nodes", "host", "job", "started"};
  Hasher hasher;
  hasher.add(std::span<const std::byte>(io::read_file("/proc/self/exe")));
  for (const auto& [name, value] : tournament.provenance)
    if (!elsewhere.contains(name)) hasher.add(name).add(value);
  return hasher.digest();
}

/// All searches of a tournament, dealt over the ranks; those that an earlier start ended are taken from the journal.
class Searches {
 public:
  Searches(Tournament& tournament, const std::vector<Entry>& entries, bool shuffled, Problem& problem,
           const mpi::Communicator& world)
      : tournament_(tournament), problem_(problem), world_(world), seeds_(std::size_t(tournament.seeds)) {
    for (const bool with : {false, true}) {
      for (const auto& entry : entries) {
        if (with && (!shuffled || entry.name == "random")) continue;
        tournament_.entries.push_back(entry.name + (with ? " (shuffled)" : ""));
        tournament_.settings.push_back(effective_text(entry.study, false));
        kinds_.push_back({&entry.study, with});
      }
    }
  }

  /// `journal`: null where nothing is kept. Collective.
  void run(SearchJournal* journal, std::size_t objectives) {
    const auto conditions = journal ? conditions_of(tournament_) : Digest{};
    std::vector<std::vector<double>> found(kinds_.size() * seeds_);
    std::vector<std::size_t> missing;
    for (std::size_t s = 0; s < found.size(); ++s) {
      const auto* kept = journal ? journal->find(key_of(s, conditions)) : nullptr;
      if (kept) found[s] = *kept;
      else missing.push_back(s);
    }
    if (missing.size() < found.size() && world_.rank() == 0)
      spdlog::info("{} of {} searches are there from an earlier start", found.size() - missing.size(), found.size());
    mpi::on_all(world_, [&] {
      auto said = std::chrono::steady_clock::now();
      for (auto k = std::size_t(world_.rank()); k < missing.size(); k += std::size_t(world_.size())) {
        const auto s = missing[k];
        found[s] = numbers_of(score_of_search(study_of(s), kinds_[s / seeds_].shuffled, problem_));
        if (journal) journal->add(key_of(s, conditions), found[s]);
        const auto now = std::chrono::steady_clock::now();
        if (world_.rank() > 0 || now - said < std::chrono::seconds(5)) continue;
        said = now;
        spdlog::info("{} of {} searches done, now {}", found.size() - missing.size() + k + 1, found.size(),
                     tournament_.entries[s / seeds_]);
      }
    });
    gather(found, missing);
    for (const auto& numbers : found) {
      std::span<const double> left(numbers);
      tournament_.scores.push_back(score_from(left, tournament_.reported.size(), objectives));
    }
  }

 private:
  struct Kind {
    const Study* study;
    bool shuffled;
  };

  Study study_of(std::size_t search) const {
    auto study = *kinds_[search / seeds_].study;
    study.seed += search % seeds_;
    return study;
  }
  Digest key_of(std::size_t search, const Digest& conditions) const {
    return Hasher()
        .add(conditions)
        .add(effective_text(study_of(search), false))
        .add(kinds_[search / seeds_].shuffled)
        .digest();
  }

  /// Search missing[k] was made by rank k mod ranks.
  void gather(std::vector<std::vector<double>>& found, const std::vector<std::size_t>& missing) const {
    const auto ranks = std::size_t(world_.size());
    std::vector<double> mine;
    for (auto k = std::size_t(world_.rank()); k < missing.size(); k += ranks) {
      mine.push_back(double(found[missing[k]].size()));
      mine.insert(mine.end(), found[missing[k]].begin(), found[missing[k]].end());
    }
    const auto bytes = std::as_bytes(std::span(mine));
    const auto all = mpi::all_gather(world_, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      std::vector<double> numbers(all[rank].size() / sizeof(double));
      std::ranges::copy(std::as_bytes(std::span(all[rank])), std::as_writable_bytes(std::span(numbers)).begin());
      auto at = numbers.begin();
      for (auto k = rank; k < missing.size(); k += ranks) {
        const auto end = at + 1 + std::ptrdiff_t(*at);
        found[missing[k]].assign(at + 1, end);
        at = end;
      }
    }
  }

  Tournament& tournament_;
  Problem& problem_;
  const mpi::Communicator& world_;
  std::size_t seeds_;
  std::vector<Kind> kinds_;
};

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
  if (std::filesystem::exists(std::filesystem::symlink_status(path)))
    throw InputError("--results " + path + ": exists already: name another file");
  if (!std::filesystem::is_directory(folder))
    throw InputError("--results " + path + ": there is no folder " + folder.string());
}

}   // namespace

int compare(const CompareOptions& options, const mpi::Communicator& world) {
  const auto entries = entries_of(options, world);
  const auto text = load_study(options.study, options.sets, world).text;
  mpi::on_root(world, [&] { check_results(options.results); });
  mpi::on_all(world, [&] { require_pinned(entries[0].study.numerics.isa); });
  prepare_kernels();
  const auto alone = mpi::divide(world, 1);
  const auto& study = entries[0].study;
  const auto problem = load_problem(study, options.study, world, &alone.replicas.comm());
  const auto evaluator = problem->evaluator(0);
  const auto objectives = std::max<std::size_t>(1, study.stages[0].objectives.size());
  Tournament tournament{.study = study.name,
                        .text = text,
                        .entries = {},
                        .settings = {},
                        .first_seed = study.seed,
                        .seeds = options.seeds,
                        .objective = evaluator->objectives()[0],
                        .reported = evaluator->reported(),
                        .cost_unit = evaluator->cost_unit(),
                        .provenance = provenance(study, *problem, world),
                        .scores = {}};
  Searches searches(tournament, entries, options.shuffled, *problem, world);
  std::optional<SearchJournal> journal;
  if (!options.results.empty()) journal.emplace(options.results, world);
  searches.run(journal ? &*journal : nullptr, objectives);
  if (objectives > 1) measure_fronts(tournament, objectives);
  mpi::on_root(world, [&] {
    print(tournament);
    if (journal) write(tournament, options.results);
  });
  if (journal) journal->remove(world);
  return 0;
}

}   // namespace archipel::app
