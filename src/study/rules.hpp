#pragma once

#include "study/settings.hpp"

#include <string>
#include <utility>
#include <vector>

namespace archipel {

/// Collects broken rules. The first key named in a problem is the one to mend.
class Rules {
 public:
  explicit Rules(const Study& study) : study_(study) {}

  const Study& study() const { return study_; }
  /// "stage.0.islands = 5".
  std::string shown(const std::string& written) const;
  /// Notes "<key> = <value>: <what>" unless `holds`.
  void require(bool holds, const std::string& written, const std::string& what);
  void note(std::string problem) { problems_.push_back(std::move(problem)); }
  std::vector<std::string> take() { return std::move(problems_); }

 private:
  const Study& study_;
  std::vector<std::string> problems_;
};

void check_genes(Rules& rules);                                               // [space] and [[space.gene]]
void check_evaluator(Rules& rules);                                           // [evaluator], [training] and [data]
void check_stages(Rules& rules);                                              // [[stage]]
void check_batch(Rules& rules, std::int64_t batch, const std::string& key);   // that shards can share

}   // namespace archipel
