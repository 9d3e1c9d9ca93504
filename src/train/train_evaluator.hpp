#pragma once

#include "search/artefacts.hpp"
#include "search/evaluator.hpp"
#include "train/latency.hpp"
#include "train/trainer.hpp"

#include <map>
#include <string_view>

namespace archipel::train {

/// Trains candidates at one fidelity. Objectives: validation_accuracy (share), parameters, macs (of one image), complexity C(A), then the
/// accuracies of tasks, <name>_accuracy, the fidelity's zero-cost scores (zero_cost.hpp) and, if there is a calibration, latency (us), and if it is to be measured, measured_latency (us). With 0 epochs nothing is trained: the scores
/// stand first, there is no accuracy. Cost: floating-point operations of trainings, validations and scores.
/// What is said of a network without its data (sizes, scores, latency, weights, curve) is of the one for `data`.
class TrainEvaluator : public Evaluator {
 public:
  /// More data, in memory, on which candidates are trained with a classifier of their own.
  struct Task {
    std::string name;
    const TrainingData* data;
  };
  struct Setup {
    const Space& space;   // with a cell; must outlive the evaluator, as must the others that are referred to
    const TrainingData& data;
    std::vector<Task> tasks = {};
    TrainingSettings training;
    LimitSettings limits;
    LatencySettings latency = {};
    FidelitySettings fidelity;
    std::int64_t window = 0;   // bytes: TrainingPlan::window, if the samples are larger
    Resources on;
    Artefacts* artefacts = nullptr;       // where trained weights are kept, if at all
    Checkpoints* checkpoints = nullptr;   // where trainings keep their state every `checkpoint_interval` s, if at all
    double checkpoint_interval = 60;
    AfterEpoch after_epoch = {};
  };
  /// InputError if fidelity, training settings, genes or image size do not fit together.
  explicit TrainEvaluator(const Setup& setup);

  const std::vector<Objective>& objectives() const override { return objectives_; }
  const std::vector<std::string>& reported() const override { return reported_; }
  int curve_points() const override { return int(setup_.fidelity.epochs); }
  std::string cost_unit() const override { return "FLOP"; }

  std::uint64_t cost(const Genome& genome) const override;
  bool admits(const Genome& genome) const override;
  bool refuses(const Genome& genome) const override {
    return nominal_outcome(network(genome), plan(genome)) != Outcome::ok;
  }
  Digest key(const Genome& genome, int replicate = 0) const override;
  Evaluation evaluate(const Genome& genome, const Digest& key) override;
  bool goes_on() const override { return setup_.checkpoints != nullptr; }

  NetworkSpec network(const Genome& genome) const;
  /// Estimated peak of one training, in bytes.
  double memory(const Genome& genome) const { return memory(network(genome), plan(genome)); }
  /// Share of right answers of a genome's trained weights (an artefact of this evaluator) on the test set.
  /// InputError if the images do not have the shape and classes of the training data, SystemError if the weights do not fit.
  double test_accuracy(const Genome& genome, std::span<const std::byte> weights, const ImageSet& test) const;

 private:
  bool within_limits(const NetworkSpec& network) const;   // of parameters and MACs
  double memory(const NetworkSpec& network, const TrainingPlan& plan) const;
  Outcome nominal_outcome(const NetworkSpec& network, const TrainingPlan& plan) const;   // ok: will be trained
  NetworkSpec network(const Task& task, const NetworkSpec& of_data) const;
  bool trains() const { return setup_.fidelity.epochs > 0; }
  std::uint64_t flops(const NetworkSpec& network, const TrainingPlan& plan) const;
  TrainingPlan plan(const Genome& genome) const {
    auto plan = plan_of(setup_.space, genome, setup_.training, setup_.fidelity);
    plan.window = setup_.window;
    return plan;
  }
  void settle_window();
  void set(Evaluation& evaluation, std::string_view objective, double value) const;
  void score_into(Evaluation& evaluation, const NetworkSpec& network, const TrainingPlan& plan, const Digest& key);
  void measure_into(Evaluation& evaluation, const NetworkSpec& network);
  void train_into(Evaluation& evaluation, const NetworkSpec& network, const TrainingPlan& plan, const Digest& key);
  /// Not ok: the evaluation's outcome says so.
  Training train_on(const TrainingData& data, Evaluation& evaluation, const NetworkSpec& network,
                    const TrainingPlan& plan, const Digest& key);
  /// What `work` throws for want of memory is the outcome.
  template <class Work>
  void attempt_into(Evaluation& evaluation, const Work& work) const;

  Setup setup_;
  std::vector<Objective> objectives_;
  std::vector<std::string> reported_;
  std::map<Digest, Evaluation> finished_;   // by key: an equal genome is trained once
};

}   // namespace archipel::train
