#include "io/front.hpp"

#include <algorithm>
#include <cmath>

namespace archipel::io {

void Front::add(const Row& row) {
  if (row.evaluation.outcome != Outcome::ok) return;
  Scores scores;
  for (const auto objective : stage_.optimised) {
    const double value = row.evaluation.objectives[objective];
    if (std::isnan(value)) return;
    scores.push_back(stage_.objectives[objective].maximise ? value : -value);
  }
  if (best_.empty()) best_ = worst_ = scores;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    best_[i] = std::max(best_[i], scores[i]);
    worst_[i] = std::min(worst_[i], scores[i]);
  }
  const auto no_better = [&](const Member& member) {
    return dominates(member.scores, scores) || (member.scores == scores && member.row.origin < row.origin);
  };
  if (std::ranges::any_of(members_, no_better)) return;
  std::erase_if(members_,
                [&](const Member& member) { return dominates(scores, member.scores) || member.scores == scores; });
  members_.push_back({std::move(scores), row});
}

std::vector<Row> Front::rows() const {
  auto members = members_;
  std::ranges::sort(members, [](const Member& a, const Member& b) {
    return a.scores != b.scores ? a.scores > b.scores : a.row.origin < b.row.origin;
  });
  std::vector<Row> rows;
  for (auto& member : members) rows.push_back(std::move(member.row));
  return rows;
}

std::vector<FrontMember> Front::members() const {
  const double volume = hypervolume();
  std::vector<FrontMember> members;
  for (const auto& row : rows()) members.push_back({row.origin, volume});
  return members;
}

double Front::hypervolume() const {
  std::vector<Scores> points;
  for (const auto& member : members_) points.push_back(member.scores);
  double box = 1;
  for (std::size_t i = 0; i < best_.size(); ++i) box *= best_[i] - worst_[i];
  if (!points.empty() && std::pow(double(points.size()), double(best_.size()) - 1) > 1e9) return std::nan("");
  return box > 0 ? archipel::hypervolume(std::move(points), worst_) / box : 0;
}

Front front_of(const ResultsReader& reader, std::size_t stage) {
  const auto& layout = reader.layout().stages.at(stage);
  Front front(layout);
  for (std::int32_t island = 0; island < std::int32_t(layout.islands); ++island)
    reader.visit_rows(stage, island, [&](std::span<const Row> rows) {
      for (const auto& row : rows) front.add(row);
    });
  return front;
}

}   // namespace archipel::io
