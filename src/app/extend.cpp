#include "app/extend.hpp"

#include "app/resume.hpp"
#include "io/artefact_store.hpp"
#include "io/diff.hpp"

#include <algorithm>
#include <compare>
#include <span>
#include <vector>

namespace archipel::app {
namespace {

class KnownEvaluator : public Evaluator {
 public:
  KnownEvaluator(const io::ResultsReader& old, std::size_t stage, std::unique_ptr<Evaluator> evaluator,
                 Artefacts* artefacts)
      : old_(old), stage_(stage), evaluator_(std::move(evaluator)), there_(old.path()), artefacts_(artefacts) {
    for (std::int32_t island = 0; island < std::int32_t(old.layout().stages[stage].islands); ++island) {
      old.visit_rows(stage, island, [&](std::span<const Row> rows) {
        for (const auto& row : rows) {
          if (!of_the_machine(row.evaluation.outcome)) known_.push_back({row.key, row.origin});
        }
      });
    }
    std::ranges::sort(known_);
  }

  const std::vector<Objective>& objectives() const override { return evaluator_->objectives(); }
  const std::vector<std::string>& reported() const override { return evaluator_->reported(); }
  int curve_points() const override { return evaluator_->curve_points(); }
  double units_per_cost() const override { return evaluator_->units_per_cost(); }
  std::string cost_unit() const override { return evaluator_->cost_unit(); }
  std::uint64_t cost(const Genome& genome) const override { return evaluator_->cost(genome); }
  bool admits(const Genome& genome) const override { return evaluator_->admits(genome); }
  bool refuses(const Genome& genome) const override { return evaluator_->refuses(genome); }
  Digest key(const Genome& genome, int replicate) const override { return evaluator_->key(genome, replicate); }
  bool goes_on() const override { return evaluator_->goes_on(); }

  Evaluation evaluate(const Genome& genome, const Digest& key) override {
    const auto found = std::ranges::lower_bound(known_, key, {}, &Known::key);
    if (found != known_.end() && found->key == key) {
      auto row = old_.row(stage_, found->origin);
      if (row && bring(row->evaluation.weights)) return std::move(row->evaluation);
    }
    evaluator_->abandon = abandon;
    evaluator_->kept = kept;
    return evaluator_->evaluate(genome, key);
  }

 private:
  struct Known {
    Digest key;
    Origin origin;
    auto operator<=>(const Known&) const = default;
  };

  bool bring(const Digest& weights) {
    if (!artefacts_ || !weights || artefacts_->holds(weights)) return true;
    if (!there_.holds(weights)) return false;
    artefacts_->put(there_.get(weights));
    return true;
  }

  const io::ResultsReader& old_;
  std::size_t stage_;
  std::unique_ptr<Evaluator> evaluator_;
  io::ArtefactStore there_;
  Artefacts* artefacts_;
  std::vector<Known> known_;   // ascending; the rows themselves stay in the file
};

/// stage.N.budget.* and the number of an evaluate stage's finalists.
bool is_budget(const std::string& key) {
  return key.starts_with("stage.") && (key.find(".budget.") != std::string::npos || key.ends_with(".candidates"));
}

}   // namespace

void check_extends(const std::string& path, const io::ResultsLayout& layout) {
  check_agrees(path, layout, is_budget,
               "extend with the study as it was, but for its budgets (stage[].budget and stage[].candidates)");
}

std::unique_ptr<Evaluator> with_rows_of(const io::ResultsReader& old, std::size_t stage,
                                        std::unique_ptr<Evaluator> evaluator, Artefacts* artefacts) {
  return std::make_unique<KnownEvaluator>(old, stage, std::move(evaluator), artefacts);
}

}   // namespace archipel::app
