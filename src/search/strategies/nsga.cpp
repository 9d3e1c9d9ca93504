#include "search/strategies/nsga.hpp"

#include "search/pareto.hpp"
#include "search/strategies/evolution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace archipel {
namespace {

/// By front, then by `rank` (less is better), then the earlier one.
std::vector<std::size_t> sorted(const std::vector<Candidate>& members, const std::vector<int>& fronts,
                                const std::vector<double>& rank) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    if (fronts[a] != fronts[b]) return fronts[a] < fronts[b];
    if (rank[a] != rank[b]) return rank[a] < rank[b];
    return members[a].origin < members[b].origin;
  });
  return order;
}

std::vector<Scores> scores_of(const std::vector<Candidate>& members) {
  std::vector<Scores> scores;
  for (const auto& member : members) scores.push_back(member.scores());
  return scores;
}

std::vector<std::size_t> by_crowding(const std::vector<Candidate>& members) {
  const auto scores = scores_of(members);
  const auto fronts = fronts_of(scores);
  std::vector<double> rank(members.size());
  const int last = members.empty() ? 0 : std::ranges::max(fronts);
  for (int number = 0; number <= last; ++number) {
    std::vector<std::size_t> indices;
    std::vector<Scores> front;
    for (std::size_t i = 0; i < members.size(); ++i)
      if (fronts[i] == number) indices.push_back(i), front.push_back(scores[i]);
    const auto crowding = crowding_of(front);
    for (std::size_t k = 0; k < indices.size(); ++k) rank[indices[k]] = -crowding[k];
  }
  return sorted(members, fronts, rank);
}

/// Scores as distances from the best of each objective, in units of the first front's range.
std::vector<Scores> normalised(const std::vector<Scores>& scores, const std::vector<int>& fronts) {
  std::vector<Scores> points = scores;
  for (std::size_t m = 0; m < scores[0].size(); ++m) {
    double best = -std::numeric_limits<double>::infinity(), worst = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (fronts[i] > 0) continue;
      best = std::max(best, scores[i][m]);
      worst = std::min(worst, scores[i][m]);
    }
    const double range = best - worst;
    for (auto& point : points) point[m] = range > 0 ? std::max(0.0, (best - point[m]) / range) : 0;
  }
  return points;
}

struct Niche {
  std::size_t direction;
  double distance;   // from it
};

Niche niche_of(const Scores& point, const std::vector<Scores>& directions) {
  Niche nearest{0, std::numeric_limits<double>::infinity()};
  for (std::size_t d = 0; d < directions.size(); ++d) {
    double along = 0, length = 0;
    for (std::size_t m = 0; m < point.size(); ++m) {
      along += point[m] * directions[d][m];
      length += directions[d][m] * directions[d][m];
    }
    double distance = 0;
    for (std::size_t m = 0; m < point.size(); ++m) {
      const double off = point[m] - along / length * directions[d][m];
      distance += off * off;
    }
    if (distance < nearest.distance) nearest = {d, distance};
  }
  return nearest;
}

std::vector<std::size_t> by_niche(const std::vector<Candidate>& members, std::vector<Scores>& directions,
                                  std::size_t population) {
  if (members.empty()) return {};
  const auto scores = scores_of(members);
  if (scores[0].size() < 2) return sorted(members, fronts_of(scores), std::vector<double>(members.size()));
  if (directions.empty()) {
    int divisions = 1;
    while (simplex_points(scores[0].size(), divisions + 1).size() <= population) ++divisions;
    directions = simplex_points(scores[0].size(), divisions);
  }
  const auto fronts = fronts_of(scores);
  const auto points = normalised(scores, fronts);
  std::vector<Niche> niches;
  for (const auto& point : points) niches.push_back(niche_of(point, directions));
  std::vector<double> distance;
  for (const auto& niche : niches) distance.push_back(niche.distance);
  std::vector<double> place(members.size());   // in its niche
  std::vector<int> taken(directions.size(), 0);
  for (const auto i : sorted(members, fronts, distance)) place[i] = taken[niches[i].direction]++;
  return sorted(members, fronts, place);
}

Ranking ranking_of(const StrategySettings& settings) {
  if (settings.kind == "nsga2") return by_crowding;
  return [directions = std::vector<Scores>(), population = std::size_t(settings.population)](
             const std::vector<Candidate>& members) mutable { return by_niche(members, directions, population); };
}

}   // namespace

Nsga::Nsga(const StrategySettings& settings, const Space& space)
    : settings_(settings), space_(space), population_(std::size_t(settings.population), ranking_of(settings)) {}

Proposal Nsga::ask(std::int64_t number, Stream& draws) {
  if (number < settings_.population || population_.size() == 0)
    return {.genome = space_.random(draws), .parents = {}, .op = Operator::random};
  return child_of(population_, settings_, space_, draws);
}

void Nsga::tell(Candidate candidate, Stream& draws) {
  population_.insert(std::move(candidate), Replacement::worst, draws);
}

}   // namespace archipel
