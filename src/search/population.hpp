#pragma once

#include "search/row.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace archipel {

enum class Selection { best, tournament, random };
enum class Replacement { worst, oldest, random };
Selection selection_from(std::string_view name);   // InputError for an unknown name
Replacement replacement_from(std::string_view name);

/// Indices of the members, best first: a total order that is a function of the members alone.
using Ranking = std::function<std::vector<std::size_t>(const std::vector<Candidate>& members)>;

/// At most `capacity` candidates, oldest first. Who is best and worst: by `better`, unless there is a ranking.
class Population {
 public:
  explicit Population(std::size_t capacity, Ranking ranking = {}) : capacity_(capacity), ranking_(std::move(ranking)) {}

  std::size_t size() const { return members_.size(); }
  const std::vector<Candidate>& members() const { return members_; }   // in order of entry

  /// Adds `candidate`; when that makes one too many, removes one by `rule` (the newcomer may be the worst). Returns who left.
  std::optional<Candidate> insert(Candidate candidate, Replacement rule, Stream& draws);
  bool contains(const Genome& genome) const;

  /// Index of the best of `size` members drawn with replacement (the parent rule of aging evolution, Real et al. 2019,
  /// arXiv:1802.01548). Must not be empty.
  std::size_t tournament(std::size_t size, Stream& draws) const;
  /// `count` distinct members (fewer if there are not so many) by `rule`.
  std::vector<Candidate> select(std::size_t count, Selection rule, Stream& draws) const;

 private:
  const std::vector<std::size_t>& order() const;    // best first, of a population with a ranking
  bool beats(std::size_t a, std::size_t b) const;   // members

  std::size_t capacity_;
  Ranking ranking_;
  std::vector<Candidate> members_;
  mutable std::vector<std::size_t> order_, place_;   // of the ranking; empty: the members have changed
  std::vector<std::uint64_t> prints_;                // of the members' genomes, side by side: what `contains` looks at
};

}   // namespace archipel
