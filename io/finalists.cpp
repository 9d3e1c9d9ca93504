#include "io/finalists.hpp"

#include "search/best_probability.hpp"

#include <algorithm>
#include <cmath>

namespace archipel::io {

std::vector<Finalist> finalists_of(const StageLayout& stage, const std::vector<Row>& rows) {
  const double sign = stage.objectives[0].maximise ? 1 : -1;
  std::vector<Finalist> finalists;
  for (const auto& row : rows) {
    const double value = row.evaluation.objectives[0];
    auto known = std::ranges::find(finalists, row.genome, [](const Finalist& each) { return each.best.genome; });
    if (known == finalists.end()) known = finalists.insert(known, {.best = row, .values = {}});
    else if (sign * value > sign * known->best.evaluation.objectives[0]) known->best = row;
    known->values.push_back(row.evaluation.outcome == Outcome::ok ? value : std::nan(""));
  }
  for (auto& finalist : finalists) finalist.mean = mean_of(finalist.values);
  std::erase_if(finalists, [](const Finalist& each) { return std::isnan(each.mean); });
  std::ranges::stable_sort(finalists, [&](const Finalist& a, const Finalist& b) {
    return a.mean != b.mean ? sign * a.mean > sign * b.mean : a.best.origin < b.best.origin;
  });
  std::vector<std::vector<double>> measured;
  for (const auto& finalist : finalists) {
    auto& values = measured.emplace_back(finalist.values);
    for (double& value : values) value *= sign;
  }
  if (measured.empty()) return finalists;
  const auto probabilities = probability_of_best(measured);
  for (std::size_t i = 0; i < finalists.size(); ++i) finalists[i].probability = probabilities[i];
  return finalists;
}

}   // namespace archipel::io
