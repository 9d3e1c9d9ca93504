#include "app/layout.hpp"

#include "io/results_file.hpp"
#include "stages/stage.hpp"
#include "study/settings.hpp"

namespace archipel::app {

io::ResultsLayout results_layout(const LoadedStudy& loaded, Problem& problem) {
  const Study& study = loaded.study;
  io::ResultsLayout layout{.study_text = loaded.text,
                           .effective_text = effective_text(study, false),
                           .seed = study.seed,
                           .space = problem.space(),
                           .stages = {},
                           .stripe = study.results.stripe,
                           .provenance = {},
                           .models = {}};
  for (std::size_t i = 0; i < study.stages.size(); ++i) {
    const auto evaluator = problem.evaluator(i);
    const auto extent = stages::extent_of(study, i, problem.space(), *evaluator);
    layout.stages.push_back({.kind = study.stages[i].kind,
                             .islands = extent.islands,
                             .max_rows = extent.max_rows,
                             .max_migrations = extent.max_migrations,
                             .curve_points = evaluator->curve_points(),
                             .objectives = evaluator->objectives(),
                             .reported = evaluator->reported(),
                             .cost_unit = evaluator->cost_unit(),
                             .units_per_cost = evaluator->units_per_cost(),
                             .optimised = extent.objectives,
                             .window = extent.window});
    if (opens_test(study, i)) layout.models.push_back(io::model_name(i));
  }
  io::check_layout(layout);
  return layout;
}

std::vector<std::string> doubts(const Study& study, const io::ResultsLayout& layout) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < study.stages.size(); ++i) {
    if (layout.stages[i].optimised.size() < 2) continue;
    for (const auto& strategy : study.stages[i].strategies)
      if (strategy.kind != "nsga2" && strategy.kind != "nsga3")
        lines.push_back("stage " + std::to_string(i) + ": " + strategy.kind + " looks at " +
                        layout.stages[i].objectives[0].name + " alone; nsga2 and nsga3 look at all objectives");
  }
  return lines;
}

}   // namespace archipel::app
