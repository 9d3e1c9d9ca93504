#pragma once

#include "app/forecast.hpp"
#include "io/schema.hpp"
#include "study/study.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace archipel::app {

/// Progress lines of one stage for the person who watches: what all ranks have committed so far, read from the results file.
/// Without one, or with very many rows, what this rank has done.
class Progress {
 public:
  /// `results`: empty if there is no file. `costs`: of all stages. `teams`: how many train at the same time.
  Progress(const Study& study, std::size_t stage, const io::StageLayout& layout, const std::string& results,
           const std::vector<StageCost>& costs, int teams);

  void tick(std::int64_t evaluated_here);                 // prints a line when it is time
  void epoch(std::int64_t number, std::int64_t epochs);   // within an evaluation of this rank, likewise
  void done();                                            // prints the last line, unless it stands there already

 private:
  struct Standing {
    std::int64_t rows = 0;
    double share = 0;             // of the budget spent
    double each = 0;              // mean cost of the rows, in the evaluator's unit
    std::optional<double> best;   // first objective
  };
  Standing standing() const;
  void count_rows(Standing& now) const;
  bool due();
  void print(const Standing& now, const std::string& more = {});
  double elapsed() const;

  const StageSettings& settings_;
  std::size_t stage_;
  const io::StageLayout& layout_;
  std::string results_;
  const std::vector<StageCost>& costs_;
  int teams_;
  double interval_;   // s between lines
  std::chrono::steady_clock::time_point start_, last_;
  double first_share_ = 0;   // of the budget, spent by earlier starts
  double in_training_ = 0;   // share of a training that rank 0 has done, as far as it has reported
  std::int64_t evaluated_here_ = 0, printed_rows_ = -1;
};

}   // namespace archipel::app
