#pragma once

#include "study/study.hpp"

#include <string>

namespace archipel {

/// A search of Rastrigin's function in four dimensions, `evaluations` on each island of a ring: for tests, which change what they need.
inline Study function_study(int islands, const std::string& strategy, std::int64_t evaluations) {
  Study study;
  study.seed = 7;
  study.space.kind = "genes";
  study.evaluator.kind = "function";
  study.evaluator.function.name = "rastrigin";
  study.evaluator.function.dimensions = 4;
  StageSettings stage;
  stage.islands = islands;
  stage.budget.evaluations = evaluations * islands;
  stage.migration.interval = 5;
  stage.migration.topology = islands > 1 ? "ring" : "none";
  StrategySettings settings;
  settings.kind = strategy;
  settings.population = 8;
  stage.strategies = {settings};
  study.stages = {stage};
  return study;
}

}   // namespace archipel
