#include "train/train_evaluator.hpp"

#include "base/error.hpp"
#include "search/attempt.hpp"
#include "train/convolution.hpp"
#include "train/zero_cost.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace archipel::train {
namespace {

std::int64_t samples_of(const FidelitySettings& fidelity, const TrainingData& data) {
  return fidelity.subset > 0 ? fidelity.subset : std::int64_t(data.training().size());
}
std::int64_t samples_of(const TrainEvaluator::Setup& setup) { return samples_of(setup.fidelity, setup.data); }

std::uint64_t flops_of(const NetworkSpec& network, const TrainingPlan& plan, std::int64_t samples,
                       const TrainingData& data) {
  const Steps steps = steps_of(plan, samples);
  const std::uint64_t trained = std::uint64_t(steps.count * steps.batch * plan.epochs),
                      validated = data.validation().size();
  return trained * training_flops_of(network) + validated * 2 * macs_of(network);
}

std::string accuracy_of(const TrainEvaluator::Task& task) { return task.name + "_accuracy"; }

}   // namespace

TrainEvaluator::TrainEvaluator(const Setup& setup) : setup_(setup) {
  if (!setup_.space.cell()) throw InputError("space.kind: the train evaluator needs a cell");
  const auto& scores = setup_.fidelity.scores;
  if (setup_.fidelity.epochs < (scores.empty() ? 1 : 0))
    throw InputError("fidelity.epochs = " + std::to_string(setup_.fidelity.epochs) +
                     ": allowed 1 and more, and 0 with fidelity.scores");
  std::vector<Objective> scored;
  for (const auto& score : scores) scored.push_back({score, unit_of_score(score), true});
  if (trains()) objectives_.push_back({"validation_accuracy", "share", true});
  else objectives_ = scored;
  for (const Objective& size :
       {Objective{"parameters", "1", false}, {"macs", "1", false}, {"complexity", "bit", false}})
    objectives_.push_back(size);
  if (trains())
    for (const auto& task : setup_.tasks) objectives_.push_back({accuracy_of(task), "share", true});
  if (trains()) objectives_.insert(objectives_.end(), scored.begin(), scored.end());
  if (!setup_.latency.operations.empty()) {
    check_latency(setup_.latency, setup_.space);
    objectives_.push_back({"latency", "us", false});
  }
  if (setup_.latency.measure > 0) objectives_.push_back({"measured_latency", "us", false, true});
  if (setup_.training.precision != "float32" && setup_.on.device == Device::cpu && !multiplies_bfloat16())
    throw InputError("training.precision = \"" + setup_.training.precision +
                     "\": on CPUs allowed float32, and bfloat16 with numerics.isa = \"avx512_bf16\"");
  check_training_genes(setup_.space, setup_.training);
  setup_.data.check_subset(setup_.fidelity.subset);
  steps_of({.settings = setup_.training, .epochs = setup_.fidelity.epochs, .subset = setup_.fidelity.subset},
           samples_of(setup_));
  settle_window();
  for (const auto& task : setup_.tasks) {
    task.data->check_subset(setup_.fidelity.subset);
    steps_of({.settings = setup_.training}, samples_of(setup_.fidelity, *task.data));
  }
  Stream draws(0, Purpose::canary, 0, 0, 0);
  const auto any = network(setup_.space.random(draws));
  for (const auto& task : setup_.tasks)
    network(task, any);   // all genomes have the same operations and stages to choose from
}

/// Samples that fit into the window need none; otherwise two batches must fit into it.
void TrainEvaluator::settle_window() {
  const ImageSet& images = setup_.data.images();
  const auto image = std::int64_t(images.image_bytes());
  if (samples_of(setup_) * image <= setup_.window) setup_.window = 0;
  if (setup_.window == 0) return;
  std::int64_t batch = setup_.training.batch;
  if (const auto gene = setup_.space.find("batch")) {
    batch = 0;
    for (const auto& choice : setup_.space.genes()[*gene].choices)
      batch = std::max<std::int64_t>(batch, std::stoll(choice));
  }
  batch = std::min(batch, samples_of(setup_));
  const std::int64_t mebibyte = std::int64_t{1} << 20, needed = 2 * batch * image;
  if (setup_.window < needed)
    throw InputError("data.window = " + std::to_string(setup_.window / mebibyte) + ": must be at least " +
                     std::to_string((needed + mebibyte - 1) / mebibyte) + ", for two batches of " +
                     std::to_string(batch) + " images of " + std::to_string(image) + " bytes, or 0");
}

NetworkSpec TrainEvaluator::network(const Genome& genome) const {
  const ImageSet& images = setup_.data.images();
  return network_spec(setup_.space, genome, images.channels, images.height, images.width, setup_.data.classes());
}

std::uint64_t TrainEvaluator::flops(const NetworkSpec& network, const TrainingPlan& plan) const {
  const Steps steps = steps_of(plan, samples_of(setup_));
  std::uint64_t sum = 0;
  for (const auto& score : setup_.fidelity.scores) sum += zero_cost_flops(score, network, steps.batch);
  if (!trains()) return sum;
  sum += flops_of(network, plan, samples_of(setup_), setup_.data);
  for (const auto& task : setup_.tasks)
    sum += flops_of(this->network(task, network), plan, samples_of(setup_.fidelity, *task.data), *task.data);
  return sum;
}

NetworkSpec TrainEvaluator::network(const Task& task, const NetworkSpec& of_data) const {
  const ImageSet& images = task.data->images();
  return network_of(of_data.architecture, images.channels, images.height, images.width, task.data->classes());
}

bool TrainEvaluator::within_limits(const NetworkSpec& network) const {
  const auto& limits = setup_.limits;
  return (limits.parameters == 0 || network.parameters <= std::size_t(limits.parameters)) &&
         (limits.macs == 0 || macs_of(network) <= std::uint64_t(limits.macs));
}

double TrainEvaluator::memory(const NetworkSpec& network, const TrainingPlan& plan) const {
  const int shards = int(plan.settings.shards);
  const auto on = [&](const NetworkSpec& trained, std::int64_t samples) {
    return double(training_memory_of(trained, shards, int(steps_of(plan, samples).batch / shards)));
  };
  double most = on(network, samples_of(setup_));
  if (std::ranges::find(setup_.fidelity.scores, "jacob_cov") != setup_.fidelity.scores.end()) {   // one shard
    const auto images = std::min<std::int64_t>(steps_of(plan, samples_of(setup_)).batch, jacobian_images);
    most = std::max(most, double(training_memory_of(network, 1, int(images))));
  }
  if (setup_.latency.measure > 0) most = std::max(most, double(prediction_memory_of(network, setup_.latency.batch)));
  if (!trains()) return most;
  for (const auto& task : setup_.tasks)
    most = std::max(most, on(this->network(task, network), samples_of(setup_.fidelity, *task.data)));
  return most;
}

Outcome TrainEvaluator::nominal_outcome(const NetworkSpec& network, const TrainingPlan& plan) const {
  if (!within_limits(network)) return Outcome::too_large;
  if (memory(network, plan) > 1e6 * setup_.limits.memory) return Outcome::too_large;
  if (setup_.limits.cost > 0 && double(flops(network, plan)) > setup_.limits.cost) return Outcome::too_costly;
  return Outcome::ok;
}

std::uint64_t TrainEvaluator::cost(const Genome& genome) const {
  const auto candidate = network(genome);
  const auto settings = plan(genome);
  return nominal_outcome(candidate, settings) == Outcome::ok ? std::max<std::uint64_t>(1, flops(candidate, settings))
                                                             : 1;
}

bool TrainEvaluator::admits(const Genome& genome) const {
  if (setup_.limits.parameters == 0 && setup_.limits.macs == 0) return true;
  return within_limits(network(genome));
}

Digest TrainEvaluator::key(const Genome& genome, int replicate) const {
  Hasher hasher;
  for (std::size_t g = 0; g < genome.size(); ++g) {
    const Gene& gene = setup_.space.genes()[g];
    if (!setup_.space.active(genome, g)) continue;
    hasher.add(gene.name);
    if (gene.choices.empty()) hasher.add(genome[g]);
    else hasher.add(gene.choices[std::size_t(genome[g])]);
  }
  hasher.add(plan(genome).digest()).add(setup_.fidelity.replicate + replicate);
  for (const auto& score : setup_.fidelity.scores) hasher.add(score);
  hasher.add(Digest{});   // initial weights: none
  hasher.add(setup_.data.digest());
  for (const auto& task : setup_.tasks)
    if (trains()) hasher.add(task.name).add(task.data->digest());
  return hasher.digest();
}

Evaluation TrainEvaluator::evaluate(const Genome& genome, const Digest& key) {
  if (const auto known = finished_.find(key); known != finished_.end()) return known->second;
  const auto candidate = network(genome);
  const auto settings = plan(genome);
  Evaluation evaluation;
  evaluation.outcome = nominal_outcome(candidate, settings);
  evaluation.objectives.assign(objectives_.size(), std::numeric_limits<double>::quiet_NaN());
  set(evaluation, "parameters", double(candidate.parameters));
  set(evaluation, "macs", double(macs_of(candidate)));
  set(evaluation, "complexity", complexity_of(candidate));
  if (!setup_.latency.operations.empty())
    set(evaluation, "latency", LatencyModel(setup_.latency).microseconds(candidate));
  if (evaluation.outcome == Outcome::ok) score_into(evaluation, candidate, settings, key);
  if (evaluation.outcome == Outcome::ok && trains()) train_into(evaluation, candidate, settings, key);
  if (evaluation.outcome == Outcome::ok && setup_.latency.measure > 0) measure_into(evaluation, candidate);
  if (evaluation.outcome != Outcome::out_of_memory) finished_.emplace(key, evaluation);
  return evaluation;
}

void TrainEvaluator::set(Evaluation& evaluation, std::string_view objective, double value) const {
  const auto found = std::ranges::find(objectives_, objective, &Objective::name);
  evaluation.objectives[std::size_t(found - objectives_.begin())] = value;
}

template <class Work>
void TrainEvaluator::attempt_into(Evaluation& evaluation, const Work& work) const {
  try {
    work();
  } catch (const Stopped&) {
    throw;
  } catch (const SystemError&) {
    throw;
  } catch (const std::exception& error) {
    if (!is_lack_of_memory(error)) {
      // A GPU that has failed fails all that comes after.
      if (setup_.on.device == Device::cuda) throw SystemError("the GPU: " + first_line(error));
      throw;
    }
    evaluation.outcome = Outcome::out_of_memory;
    evaluation.reason = first_line(error);
  }
}

/// All replicas compute the same: a score takes less time than a message about its parts would be worth.
void TrainEvaluator::score_into(Evaluation& evaluation, const NetworkSpec& network, const TrainingPlan& plan,
                                const Digest& key) {
  if (setup_.fidelity.scores.empty()) return;
  attempt_into(evaluation, [&] {
    together(setup_.on.sync, [&] {
      for (const auto& name : setup_.fidelity.scores) {
        const double score = zero_cost_score(name, network, plan, setup_.data, key.low);
        set(evaluation, name, score);
        if (!std::isfinite(score)) evaluation.outcome = Outcome::diverged;
      }
    });
  });
}

/// One replica measures, all are told.
void TrainEvaluator::measure_into(Evaluation& evaluation, const NetworkSpec& network) {
  attempt_into(evaluation, [&] {
    std::int64_t nanoseconds = 0;
    const auto mine = setup_.on.sync.mine(1);
    together(setup_.on.sync, [&] {
      if (mine.begin == mine.end) return;
      const auto& settings = setup_.latency;
      nanoseconds = std::int64_t(1e3 * measured_microseconds(network, int(settings.batch), int(settings.measure)));
    });
    set(evaluation, "measured_latency", 1e-3 * double(setup_.on.sync.sum(nanoseconds)));
  });
}

void TrainEvaluator::train_into(Evaluation& evaluation, const NetworkSpec& network, const TrainingPlan& plan,
                                const Digest& key) {
  auto training = train_on(setup_.data, evaluation, network, plan, key);
  evaluation.curve = std::move(training.curve);
  set(evaluation, "validation_accuracy", training.validation_accuracy);
  auto whole = plan;
  whole.window = 0;
  for (const auto& task : setup_.tasks) {
    if (evaluation.outcome != Outcome::ok) return;
    const auto own = Hasher().add(key).add(task.name).digest();
    const auto trained = train_on(*task.data, evaluation, this->network(task, network), whole, own);
    set(evaluation, accuracy_of(task), trained.validation_accuracy);
  }
  if (setup_.artefacts != nullptr && evaluation.outcome == Outcome::ok)
    evaluation.weights = setup_.artefacts->put(to_bytes(training.weights));
  for (const auto& task : setup_.tasks)   // that of `data` goes with the row
    if (setup_.checkpoints != nullptr) setup_.checkpoints->drop(Hasher().add(key).add(task.name).digest());
}

Training TrainEvaluator::train_on(const TrainingData& data, Evaluation& evaluation, const NetworkSpec& network,
                                  const TrainingPlan& plan, const Digest& key) {
  TrainingHooks hooks{.after_epoch = setup_.after_epoch, .abandon = abandon};
  if (setup_.checkpoints != nullptr) {
    hooks.begin_from = setup_.checkpoints->find(key);
    hooks.interval = setup_.checkpoint_interval;
    hooks.keep = [this, &key](std::span<const std::byte> state) {
      setup_.checkpoints->keep(key, state);
      if (kept) kept();
    };
  }
  Training training{.outcome = Outcome::ok, .curve = {}, .validation_accuracy = std::nan(""), .weights = {}};
  attempt_into(evaluation, [&] { training = train(network, plan, data, key.low, setup_.on, hooks); });
  if (evaluation.outcome == Outcome::ok) evaluation.outcome = training.outcome;
  return training;
}

double TrainEvaluator::test_accuracy(const Genome& genome, std::span<const std::byte> weights,
                                     const ImageSet& test) const {
  const ImageSet& trained = setup_.data.images();
  if (test.channels != trained.channels || test.height != trained.height || test.width != trained.width)
    throw InputError("the test images: " + std::to_string(test.channels) + " x " + std::to_string(test.height) + " x " +
                     std::to_string(test.width) + " values, but training images have " +
                     std::to_string(trained.channels) + " x " + std::to_string(trained.height) + " x " +
                     std::to_string(trained.width));
  if (test.count < 1 || test.labels.size() != std::size_t(test.count))
    throw InputError("the test labels: " + std::to_string(test.labels.size()) + " labels for " +
                     std::to_string(test.count) + " images");
  const auto candidate = network(genome);
  std::vector<std::uint32_t> all(test.count);
  std::iota(all.begin(), all.end(), 0u);
  return accuracy(candidate, weights_from(weights, candidate), Standardiser(setup_.data), test, all);
}

}   // namespace archipel::train
