#pragma once

#include "io/results_reader.hpp"
#include "search/pareto.hpp"
#include "search/row.hpp"

#include <cstddef>
#include <vector>

namespace archipel::io {

/// The Pareto archive of a stage that optimises several objectives: of the rows added, those that no other dominates. Of rows with equal
/// scores the one with the smallest origin.
class Front {
 public:
  explicit Front(const StageLayout& stage) : stage_(stage) {}

  void add(const Row& row);   // in any order
  /// Best first by the first objective.
  std::vector<Row> rows() const;
  /// The same, as the results file keeps them.
  std::vector<FrontMember> members() const;
  /// What the front dominates, as a share of the box between the worst and the best value of each objective among all rows added; 0 without an extent.
  /// NaN where it would take long: more than 10^9 = (size of the front)^(objectives - 1).
  double hypervolume() const;

 private:
  struct Member {
    Scores scores;
    Row row;
  };
  const StageLayout& stage_;
  std::vector<Member> members_;
  Scores best_, worst_;   // of each objective, of all rows added
};

/// Of all rows of a stage that are in the file.
Front front_of(const ResultsReader& reader, std::size_t stage);

}   // namespace archipel::io
