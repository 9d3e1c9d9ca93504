#include "app/progress.hpp"

#include "base/error.hpp"
#include "io/results_reader.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>

namespace archipel::app {
namespace {
constexpr std::int64_t readable_rows = 100'000;   // a file of more is not read again and again

std::string duration(double seconds) {
  return seconds < 600 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

}   // namespace

Progress::Progress(const Study& study, std::size_t stage, const io::StageLayout& layout, const std::string& results,
                   const std::vector<StageCost>& costs, int teams)
    : settings_(study.stages[stage]),
      stage_(stage),
      layout_(layout),
      results_(layout.islands * layout.max_rows > readable_rows ? "" : results),
      costs_(costs),
      teams_(teams),
      interval_(study.run.progress),
      start_(std::chrono::steady_clock::now()),
      last_(start_) {
  first_share_ = standing().share;
}

void Progress::tick(std::int64_t evaluated_here) {
  evaluated_here_ = evaluated_here;
  in_training_ = 0;
  if (due()) print(standing());
}

void Progress::epoch(std::int64_t number, std::int64_t epochs) {
  in_training_ = number < epochs ? double(number) / double(epochs) : 0;
  if (due()) print(standing(), fmt::format(", rank 0 trains: epoch {} of {} done", number, epochs));
}

bool Progress::due() {
  const auto now = std::chrono::steady_clock::now();
  if (std::chrono::duration<double>(now - last_).count() < interval_) return false;
  last_ = now;
  return true;
}

void Progress::done() {
  const Standing now = standing();
  if (now.rows != printed_rows_) print(now);
}

double Progress::elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

Progress::Standing Progress::standing() const {
  Standing now;
  if (results_.empty()) {
    now.rows = evaluated_here_;
    return now;
  }
  try {
    count_rows(now);
  } catch (const SystemError&) {   // too many open files: no reason to end a study
    now.rows = evaluated_here_;
  } catch (const InputError&) {   // moved away
    now.rows = evaluated_here_;
  }
  return now;
}

void Progress::count_rows(Standing& now) const {
  const io::ResultsReader reader(results_);
  double spent = 0;
  for (std::int32_t island = 0; island < layout_.islands; ++island) {
    reader.visit_rows(stage_, island, [&](std::span<const Row> rows) {
      for (const auto& row : rows) {
        ++now.rows;
        spent += double(row.cost);
        if (row.evaluation.outcome != Outcome::ok || settings_.replicates > 1)
          continue;   // one look at a finalist is no result
        const double value = row.evaluation.objectives[0];
        if (!now.best || (layout_.objectives[0].maximise ? value > *now.best : value < *now.best)) now.best = value;
      }
    });
  }
  const auto& budget = settings_.budget;
  const double evaluations = settings_.kind == "evaluate" ? double(layout_.max_rows) : double(budget.evaluations);
  if (now.rows > 0) now.each = spent / double(now.rows) / layout_.units_per_cost;
  if (evaluations > 0) now.share = double(now.rows) / evaluations;
  if (settings_.kind == "evaluate")   // few and long: those under way count, as if all were as far as rank 0's
    now.share += in_training_ * std::min(double(teams_), evaluations - double(now.rows)) / evaluations;
  if (budget.cost > 0) now.share = std::max(now.share, spent / (budget.cost * layout_.units_per_cost));
  if (budget.seconds > 0) now.share = std::max(now.share, elapsed() / budget.seconds);
  now.share = std::min(now.share, 1.0);
}

void Progress::print(const Standing& now, const std::string& more) {
  printed_rows_ = now.rows;
  std::string line = fmt::format("{:<8} {:>6} evaluations", settings_.kind, now.rows);
  if (results_.empty()) line += " on this rank";
  if (now.share > 0) line += fmt::format(", {:3.0f} % of the budget", 100 * now.share);
  if (now.best) line += fmt::format(", best {} {:.6g}", layout_.objectives[0].name, *now.best);
  line += fmt::format(", {:.0f} s", elapsed());
  const auto left = time_left(costs_, stage_, {first_share_, now.share, elapsed(), now.each});
  if (left && now.share < 1) line += ", about " + duration(left->stage) + " left";
  if (left && stage_ + 1 < costs_.size()) line += ", of the study " + duration(left->study);
  spdlog::info(line + more);
}

}   // namespace archipel::app
