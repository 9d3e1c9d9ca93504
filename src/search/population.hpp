#pragma once

#include "search/row.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace archipel {

enum class Selection { best, tournament, random };
enum class Replacement { worst, oldest, random };
Selection selection_from(std::string_view name);   // InputError for an unknown name
Replacement replacement_from(std::string_view name);

/// At most `capacity` candidates, oldest first.
class Population {
 public:
  explicit Population(std::size_t capacity) : capacity_(capacity) {}

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
  std::size_t capacity_;
  std::vector<Candidate> members_;
  std::vector<std::uint64_t> prints_;   // of the members' genomes, side by side: what `contains` looks at
};

}   // namespace archipel
