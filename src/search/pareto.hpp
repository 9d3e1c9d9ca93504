#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace archipel {

// Several objectives at once. `Scores`: one value for each objective, larger is better, equal lengths; -infinity where nothing is known.

using Scores = std::vector<double>;

/// At least as good in all objectives, better in one.
bool dominates(std::span<const double> a, std::span<const double> b);

/// Adds a point to those that no other one dominates, and removes whom it dominates; not if it is dominated or there already. Whether it was added.
bool add_to_front(std::vector<Scores>& front, Scores point);

/// Number of each one's front: 0 if nobody dominates it, else one more than the highest front of those that do (fast non-dominated
/// sorting: Deb et al. 2002, IEEE Trans. Evolutionary Computation 6).
std::vector<int> fronts_of(std::span<const Scores> all);

/// Crowding distance of each of a front's members (the same paper): the sum over objectives of the gap between its neighbours, in units of the
/// front's range; infinity at an end of a range. Ends among equals: the first and the last in the order given.
std::vector<double> crowding_of(std::span<const Scores> front);

/// Points on the simplex whose coordinates are multiples of 1/divisions (Das & Dennis 1998, SIAM J. Optimization 8), in lexicographic order.
std::vector<Scores> simplex_points(std::size_t objectives, int divisions);

/// The measure of what lies between `reference` and the points that exceed it in all objectives (Zitzler & Thiele 1999, IEEE Trans.
/// Evolutionary Computation 3), by exclusive slices along the last objective: for at most four objectives and some hundred points.
double hypervolume(std::vector<Scores> points, std::span<const double> reference);

}   // namespace archipel
