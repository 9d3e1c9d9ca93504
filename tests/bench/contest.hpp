#pragma once

#include "search/archipelago.hpp"
#include "search/local_exchange.hpp"
#include "search/placement.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <vector>

namespace archipel {

inline std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

/// The stage's strategies become those of `entry`, kinds joined by '+' and dealt to the islands; other settings are the stage's first.
inline void enter(StageSettings& stage, const std::string& entry) {
  const StrategySettings settings = stage.strategies.at(0);
  stage.strategies.clear();
  for (const auto& kind : split(entry, '+')) {
    stage.strategies.push_back(settings);
    stage.strategies.back().kind = kind;
  }
  stage.islands = std::max(stage.islands, std::int64_t(stage.strategies.size()));
}

struct Outcomes {
  std::vector<Row> rows;
  std::vector<Candidate> elites;   // best first
  double seconds = 0;
};

/// Stage 0 of the study in this process, by one team.
inline Outcomes search_once(const Study& study, const Space& space, Evaluator& evaluator) {
  const auto begin = std::chrono::steady_clock::now();
  const auto plan = plan_search(study, 0, space, evaluator, 1);
  const int islands = int(plan.rules.size());
  LocalHub hub(1, islands);
  const auto exchange = hub.team(0);
  MemoryRecorder recorder;
  Archipelago search(plan, seats_of(0, 1, islands), space, evaluator, *exchange, recorder);
  search.run();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  return {.rows = std::move(recorder.rows), .elites = search.elites(), .seconds = taken.count()};
}

/// Value below which the share `q` of the values lies; they are sorted for it.
inline double quantile(std::vector<double> values, double q) {
  std::ranges::sort(values);
  return values[std::min(values.size() - 1, std::size_t(q * double(values.size())))];
}

}   // namespace archipel
