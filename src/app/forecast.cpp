#include "app/forecast.hpp"

namespace archipel::app {

std::optional<TimeLeft> time_left(const std::vector<StageCost>& stages, std::size_t stage,
                                  const StageStanding& standing) {
  const double done = standing.share - standing.first_share;
  if (done <= 0 || standing.elapsed <= 0) return {};
  const auto& now = stages[stage];
  const double scale = standing.each > 0 ? standing.each / now.each : 1;
  const double speed = now.total(scale) * done / standing.elapsed;   // cost in a second
  TimeLeft left{.stage = standing.elapsed * (1 - standing.share) / done};
  left.study = left.stage;
  for (std::size_t i = stage + 1; i < stages.size(); ++i) {
    const double cost = stages[i].total(scale);
    double seconds = cost > 0 && speed > 0 ? cost / speed : stages[i].seconds;
    if (stages[i].seconds > 0 && seconds > stages[i].seconds) seconds = stages[i].seconds;
    left.study += seconds;
  }
  return left;
}

}   // namespace archipel::app
