#include "app/stage_costs.hpp"

#include "search/archipelago.hpp"

#include <algorithm>

namespace archipel::app {

std::vector<StageCost> stage_costs(const Study& study, const io::ResultsLayout& layout, Problem& problem) {
  constexpr int draws_of_space = 256;
  std::vector<StageCost> costs;
  for (std::size_t i = 0; i < study.stages.size(); ++i) {
    const auto evaluator = problem.evaluator(i);
    const auto& stage = study.stages[i];
    double sum = 0;
    int count = 0;
    for (int draw = 0; draw < draws_of_space; ++draw) {
      const auto genome = reference_genome(study, i, draw, problem.space(), *evaluator);
      if (evaluator->refuses(genome)) continue;
      sum += double(evaluator->cost(genome)) / evaluator->units_per_cost();
      ++count;
    }
    StageCost cost{.each = sum / std::max(count, 1), .seconds = stage.budget.seconds};
    const bool counted = stage.budget.evaluations > 0 || stage.kind == "evaluate";
    if (counted)
      cost.evaluations = double(stage.kind == "evaluate" ? layout.stages[i].max_rows : stage.budget.evaluations);
    if (stage.budget.cost > 0 && (!counted || cost.total() > stage.budget.cost)) {
      cost.budget = stage.budget.cost;
      cost.evaluations = cost.budget / cost.each;
    }
    costs.push_back(cost);
  }
  return costs;
}

}   // namespace archipel::app
