#include "search/pareto.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace archipel {
namespace {

void add_points(std::vector<Scores>& points, Scores& begun, int left, int divisions, std::size_t objectives) {
  if (begun.size() + 1 == objectives) {
    begun.push_back(double(left) / divisions);
    points.push_back(begun);
    begun.pop_back();
    return;
  }
  for (int part = 0; part <= left; ++part) {
    begun.push_back(double(part) / divisions);
    add_points(points, begun, left - part, divisions, objectives);
    begun.pop_back();
  }
}

/// Of the first `size` objectives; the points exceed the reference, and are in no order.
double measure(std::vector<const Scores*> points, std::span<const double> reference, std::size_t size) {
  if (points.empty()) return 0;
  const auto last = size - 1;
  std::ranges::sort(points, [&](const Scores* a, const Scores* b) { return (*a)[last] > (*b)[last]; });
  if (size == 1) return (*points[0])[0] - reference[0];
  double sum = 0, widest = reference[0];
  std::vector<const Scores*> above;   // in the slice
  for (std::size_t i = 0; i < points.size(); ++i) {
    above.push_back(points[i]);
    widest = std::max(widest, (*points[i])[0]);
    const double floor = i + 1 < points.size() ? (*points[i + 1])[last] : reference[last];
    const double height = (*points[i])[last] - floor;
    if (height > 0) sum += height * (size == 2 ? widest - reference[0] : measure(above, reference, last));
  }
  return sum;
}

}   // namespace

bool dominates(std::span<const double> a, std::span<const double> b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] < b[i]) return false;
    better = better || a[i] > b[i];
  }
  return better;
}

bool add_to_front(std::vector<Scores>& front, Scores point) {
  const auto as_good = [&](const Scores& other) { return other == point || dominates(other, point); };
  if (std::ranges::any_of(front, as_good)) return false;
  std::erase_if(front, [&](const Scores& other) { return dominates(point, other); });
  front.push_back(std::move(point));
  return true;
}

std::vector<int> fronts_of(std::span<const Scores> all) {
  std::vector<int> front(all.size(), 0), dominators(all.size(), 0);
  std::vector<std::vector<std::size_t>> dominated(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      if (dominates(all[i], all[j])) dominated[i].push_back(j), ++dominators[j];
      else if (dominates(all[j], all[i])) dominated[j].push_back(i), ++dominators[i];
    }
  }
  std::vector<std::size_t> now;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (dominators[i] == 0) now.push_back(i);
  for (int number = 0; !now.empty(); ++number) {
    std::vector<std::size_t> next;
    for (const auto i : now) {
      front[i] = number;
      for (const auto j : dominated[i])
        if (--dominators[j] == 0) next.push_back(j);
    }
    now = std::move(next);
  }
  return front;
}

std::vector<double> crowding_of(std::span<const Scores> front) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> distance(front.size(), 0);
  if (front.empty()) return distance;
  std::vector<std::size_t> order(front.size());
  for (std::size_t objective = 0; objective < front[0].size(); ++objective) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return front[i][objective]; });
    const double range = front[order.back()][objective] - front[order.front()][objective];
    distance[order.front()] = distance[order.back()] = infinity;
    if (!(range > 0) || range == infinity) continue;
    for (std::size_t k = 1; k + 1 < order.size(); ++k)
      distance[order[k]] += (front[order[k + 1]][objective] - front[order[k - 1]][objective]) / range;
  }
  return distance;
}

std::vector<Scores> simplex_points(std::size_t objectives, int divisions) {
  std::vector<Scores> points;
  Scores begun;
  add_points(points, begun, divisions, divisions, objectives);
  return points;
}

double hypervolume(std::vector<Scores> points, std::span<const double> reference) {
  std::vector<const Scores*> above;
  for (const auto& point : points) {
    bool exceeds = true;
    for (std::size_t i = 0; i < reference.size(); ++i) exceeds = exceeds && point[i] > reference[i];
    if (exceeds) above.push_back(&point);
  }
  return measure(std::move(above), reference, reference.size());
}

}   // namespace archipel
