#include "search/population.hpp"

#include "base/error.hpp"
#include "search/genome_print.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <span>

namespace archipel {
namespace {

std::size_t draw_index(std::size_t size, Stream& draws) { return draws.below(std::uint32_t(size)); }

/// Moves the better of two distinct members drawn from `pool` (at least one index) out of it.
template <class Beats>
std::size_t take_by_tournament(const Beats& beats, std::vector<std::size_t>& pool, Stream& draws) {
  std::size_t chosen = draw_index(pool.size(), draws);
  if (pool.size() > 1) {
    std::size_t rival = draw_index(pool.size() - 1, draws);
    rival += rival >= chosen;
    if (beats(pool[rival], pool[chosen])) chosen = rival;
  }
  const auto index = pool[chosen];
  pool.erase(pool.begin() + std::ptrdiff_t(chosen));
  return index;
}

}   // namespace

Selection selection_from(std::string_view name) {
  if (name == "best") return Selection::best;
  if (name == "tournament") return Selection::tournament;
  if (name == "random") return Selection::random;
  throw InputError("selection '" + std::string(name) + "': allowed are best, tournament, random");
}

Replacement replacement_from(std::string_view name) {
  if (name == "worst") return Replacement::worst;
  if (name == "oldest") return Replacement::oldest;
  if (name == "random") return Replacement::random;
  throw InputError("replacement '" + std::string(name) + "': allowed are worst, oldest, random");
}

const std::vector<std::size_t>& Population::order() const {
  if (order_.size() == members_.size()) return order_;
  order_ = ranking_(members_);
  place_.resize(order_.size());
  for (std::size_t k = 0; k < order_.size(); ++k) place_[order_[k]] = k;
  return order_;
}

bool Population::beats(std::size_t a, std::size_t b) const {
  if (!ranking_) return better(members_[a], members_[b]);
  order();
  return place_[a] < place_[b];
}

std::optional<Candidate> Population::insert(Candidate candidate, Replacement rule, Stream& draws) {
  order_.clear();
  prints_.push_back(print_of(candidate.genome));
  members_.push_back(std::move(candidate));
  if (members_.size() <= capacity_) return {};
  auto leaver = members_.begin();
  if (rule == Replacement::worst)
    leaver = ranking_ ? members_.begin() + std::ptrdiff_t(order().back())
                      : std::max_element(members_.begin(), members_.end(), better);
  if (rule == Replacement::random && members_.size() > 1)
    leaver += std::ptrdiff_t(draw_index(members_.size() - 1, draws));
  auto left = std::move(*leaver);
  prints_.erase(prints_.begin() + (leaver - members_.begin()));
  members_.erase(leaver);
  order_.clear();
  return left;
}

bool Population::contains(const Genome& genome) const {
  const auto print = print_of(genome);
  for (std::size_t i = 0; i < prints_.size(); ++i) {
    if (prints_[i] == print && members_[i].genome == genome) return true;
  }
  return false;
}

std::size_t Population::tournament(std::size_t size, Stream& draws) const {
  assert(!members_.empty());
  std::size_t winner = draw_index(members_.size(), draws);
  for (std::size_t i = 1; i < size; ++i) {
    const auto rival = draw_index(members_.size(), draws);
    if (beats(rival, winner)) winner = rival;
  }
  return winner;
}

std::vector<Candidate> Population::select(std::size_t count, Selection rule, Stream& draws) const {
  count = std::min(count, members_.size());
  std::vector<std::size_t> pool(members_.size());
  std::iota(pool.begin(), pool.end(), std::size_t{0});
  if (rule == Selection::best) {
    std::partial_sort(pool.begin(), pool.begin() + std::ptrdiff_t(count), pool.end(),
                      [&](std::size_t a, std::size_t b) { return beats(a, b); });
  }
  std::vector<Candidate> selected;
  selected.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (rule == Selection::random) std::swap(pool[i], pool[i + draw_index(pool.size() - i, draws)]);
    const auto by_rank = [&](std::size_t a, std::size_t b) { return beats(a, b); };
    selected.push_back(members_[rule == Selection::tournament ? take_by_tournament(by_rank, pool, draws) : pool[i]]);
  }
  return selected;
}

}   // namespace archipel
