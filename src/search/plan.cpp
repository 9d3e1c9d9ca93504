#include "base/error.hpp"
#include "search/archipelago.hpp"
#include "search/topology.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace archipel {
namespace {

constexpr int reference_draws = 64;

/// Of those random genomes that no limit refuses. InputError if there is none.
double mean_cost(const Study& study, std::size_t stage, const Space& space, const Evaluator& evaluator) {
  double sum = 0;
  int count = 0;
  for (int i = 0; i < reference_draws; ++i) {
    const auto genome = reference_genome(study, stage, i, space, evaluator);
    if (evaluator.refuses(genome)) continue;
    sum += double(evaluator.cost(genome));
    ++count;
  }
  if (count == 0)
    throw InputError("stage." + std::to_string(stage) + ": none of " + std::to_string(reference_draws) +
                     " random genomes keeps the limits (limits.parameters, macs, memory, cost): raise them, or let the "
                     "space hold smaller networks");
  return sum / count;
}

/// Whole units, at most 2^62: sums of a few stay in range.
std::uint64_t units(double value) { return value < 0x1p62 ? std::uint64_t(value) : std::uint64_t(1) << 62; }

/// Part `index` of `total` split into `parts` whole numbers that differ by at most 1.
std::uint64_t share(std::uint64_t total, std::uint64_t index, std::uint64_t parts) {
  return total / parts + (index < total % parts ? 1 : 0);
}

/// Of the names in the study among the evaluator's objectives.
std::vector<std::size_t> indices_of(const std::vector<std::string>& names, std::size_t stage,
                                    const Evaluator& evaluator) {
  if (names.empty()) return {0};
  const auto& objectives = evaluator.objectives();
  std::string allowed;
  for (const auto& objective : objectives) allowed += (allowed.empty() ? "" : ", ") + objective.name;
  std::vector<std::size_t> indices;
  for (const auto& name : names) {
    const auto found = std::ranges::find(objectives, name, &Objective::name);
    const auto index = std::size_t(found - objectives.begin());
    const bool again = std::ranges::find(indices, index) != indices.end();
    const std::string wrong = found == objectives.end()       ? "is none of its objectives"
                              : again                         ? "stands there twice"
                              : indices.empty() && index != 0 ? "cannot be the first, which is " + objectives[0].name
                                                              : "";
    if (!wrong.empty())
      throw InputError("stage." + std::to_string(stage) + ".objectives: '" + name + "' " + wrong +
                       "; allowed, each once, are " + allowed);
    indices.push_back(index);
  }
  return indices;
}

}   // namespace

void check_limits(const Study& study, std::size_t stage, const Space& space, const Evaluator& evaluator) {
  mean_cost(study, stage, space, evaluator);
}

Genome reference_genome(const Study& study, std::size_t stage, int number, const Space& space,
                        const Evaluator& evaluator) {
  Stream draws(study.seed, Purpose::reference_cost, std::uint32_t(stage), 0, std::uint32_t(number));
  Genome genome = space.random(draws);
  for (int attempt = 1; attempt < 64 && !evaluator.admits(genome); ++attempt) genome = space.random(draws);
  return genome;
}

ArchipelagoPlan plan_search(const Study& study, std::size_t stage, const Space& space, const Evaluator& evaluator,
                            std::size_t elites) {
  const auto& settings = study.stages[stage];
  const auto& budget = settings.budget;
  const auto& migration = settings.migration;
  const auto islands = std::uint64_t(settings.islands);
  const double mean = mean_cost(study, stage, space, evaluator);

  for (const auto& strategy : settings.strategies) make_strategy(strategy, space);   // not when a file is there already

  ArchipelagoPlan plan;
  plan.machine_outcomes = study.limits.machine_outcomes;
  plan.objectives = indices_of(settings.objectives, stage, evaluator);
  Stream draws(study.seed, Purpose::topology, std::uint32_t(stage), 0, 0);
  plan.senders = senders_to(migration, int(islands), draws);
  for (std::uint64_t i = 0; i < islands; ++i) {
    const auto& strategy = settings.strategies[i % settings.strategies.size()];
    IslandRules rules;
    rules.seed = study.seed;
    rules.stage = std::uint32_t(stage);
    rules.window = window_of(strategy);
    if (budget.cost > 0) {
      rules.max_cost = std::max<std::uint64_t>(1, share(units(budget.cost * evaluator.units_per_cost()), i, islands));
    }
    // Rows have a place in the file from the start: without a number of evaluations, four times the expected one.
    const auto expected =
        budget.cost > 0 ? std::int64_t(units(4 * double(rules.max_cost) / mean)) + 64 : std::int64_t{65536};
    rules.max_asks =
        budget.evaluations > 0 ? std::int64_t(share(std::uint64_t(budget.evaluations), i, islands)) : expected;
    if (budget.max_rows > 0) rules.max_asks = std::min(rules.max_asks, budget.max_rows);
    rules.interval = migration.interval;
    rules.migrants = migration.migrants;
    rules.clock_counts_cost = migration.clock == "cost";
    rules.lag =
        units(std::round(rules.clock_counts_cost ? migration.lag * double(migration.interval) * mean : migration.lag));
    rules.select = selection_from(migration.select);
    rules.replace = replacement_from(migration.replace);
    rules.elites = elites;
    plan.rules.push_back(rules);
  }
  plan.strategy = [&settings, &space](int island) {
    return make_strategy(settings.strategies[std::size_t(island) % settings.strategies.size()], space);
  };
  return plan;
}

}   // namespace archipel
