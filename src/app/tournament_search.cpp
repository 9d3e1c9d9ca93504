#include "app/tournament_search.hpp"

#include "base/error.hpp"
#include "search/strategies/shuffled.hpp"
#include "search/virtual_time.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace archipel::app {
namespace {

/// Of the budget, when the stage's rows are taken in the order in which one team evaluates them.
double spent(const std::vector<Row>& rows, const BudgetSettings& budget, const Evaluator& evaluator, std::size_t row,
             double cost) {
  const double total = budget.cost * evaluator.units_per_cost();
  if (budget.cost > 0 && (budget.evaluations == 0 || cost / total > double(row + 1) / double(budget.evaluations)))
    return cost / total;
  return double(row + 1) / double(std::max<std::int64_t>(budget.evaluations, std::int64_t(rows.size())));
}

/// Best-so-far of a search: a value, or several objectives' front.
class BestSoFar {
 public:
  BestSoFar(const ArchipelagoPlan& plan, const Evaluator& evaluator) : plan_(plan), evaluator_(evaluator) {}
  void add(const Row& row) {
    if (row.evaluation.outcome != Outcome::ok) return;
    Scores scores;
    for (const auto objective : plan_.objectives) scores.push_back(score_of(row.evaluation, evaluator_, objective));
    if (std::ranges::any_of(scores, [](double score) { return std::isinf(score); })) return;   // unknown
    if (!best_ || scores[0] > score_of(best_->evaluation, evaluator_, plan_.objectives[0])) best_ = row;
    if (scores.size() > 1) add_to_front(front_, std::move(scores));
  }
  void note(Score& score, std::size_t share) const {
    if (!best_) return;
    score.best[share] = best_->evaluation.objectives[plan_.objectives[0]];
    score.fronts[share] = front_;
  }
  const std::optional<Row>& best() const { return best_; }

 private:
  const ArchipelagoPlan& plan_;
  const Evaluator& evaluator_;
  std::optional<Row> best_;
  std::vector<Scores> front_;
};

}   // namespace

Score score_of_search(const Study& study, bool shuffled, Problem& problem) {
  const auto evaluator = problem.evaluator(0);
  auto plan = plan_search(study, 0, problem.space(), *evaluator, 1);
  if (shuffled) {
    plan.strategy = [strategy = plan.strategy](int island) { return std::make_unique<Shuffled>(strategy(island)); };
  }
  MemoryRecorder recorder;
  simulate(plan, 1, problem.space(), *evaluator, recorder);
  constexpr auto shares = tournament_shares.size();
  Score score;
  score.best.assign(shares, std::numeric_limits<double>::quiet_NaN());
  score.fronts.resize(shares);
  BestSoFar best(plan, *evaluator);
  double cost = 0;
  std::size_t share = 0;
  for (std::size_t i = 0; i < recorder.rows.size(); ++i) {
    cost += double(recorder.rows[i].cost);
    const double now = spent(recorder.rows, study.stages[0].budget, *evaluator, i, cost);
    for (; share + 1 < shares && i > 0 && now > tournament_shares[share]; ++share) best.note(score, share);
    best.add(recorder.rows[i]);
  }
  for (; share < shares; ++share) best.note(score, share);
  if (best.best()) score.reported = best.best()->evaluation.reported;
  score.reported.resize(evaluator->reported().size(), std::numeric_limits<double>::quiet_NaN());
  score.evaluations = double(recorder.rows.size());
  score.cost = cost / evaluator->units_per_cost();
  return score;
}

std::vector<double> numbers_of(const Score& score) {
  std::vector<double> numbers = score.best;
  numbers.insert(numbers.end(), score.reported.begin(), score.reported.end());
  numbers.insert(numbers.end(), {score.evaluations, score.cost});
  for (const auto& front : score.fronts) {
    numbers.push_back(double(front.size()));
    for (const auto& point : front) numbers.insert(numbers.end(), point.begin(), point.end());
  }
  return numbers;
}

Score score_from(std::span<const double>& left, std::size_t reported, std::size_t objectives) {
  const auto next = [&](std::size_t count) {
    if (count > left.size()) throw SystemError("a search kept less than it found");
    const auto numbers = left.first(count);
    left = left.subspan(count);
    return std::vector<double>(numbers.begin(), numbers.end());
  };
  Score score{.best = next(tournament_shares.size()), .reported = next(reported), .fronts = {}};
  score.evaluations = next(1)[0];
  score.cost = next(1)[0];
  for (std::size_t share = 0; share < tournament_shares.size(); ++share) {
    auto& front = score.fronts.emplace_back();
    for (auto points = std::size_t(next(1)[0]); points > 0; --points) front.push_back(next(objectives));
  }
  return score;
}

}   // namespace archipel::app
