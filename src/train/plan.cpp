#include "train/plan.hpp"

#include "base/error.hpp"
#include "search/portable_math.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <type_traits>

namespace archipel::train {
namespace {

/// Calls visit(name, setting) for every setting that a gene may take over.
template <class Settings, class Visit>
void for_each_setting(Settings& s, Visit visit) {
  visit("batch", s.batch);
  visit("optimiser", s.optimiser);
  visit("learning_rate", s.learning_rate);
  visit("momentum", s.momentum);
  visit("weight_decay", s.weight_decay);
  visit("warmup", s.warmup);
  visit("label_smoothing", s.label_smoothing);
  visit("dropout", s.dropout);
  visit("shift", s.shift);
  visit("flip", s.flip);
  visit("cutout", s.cutout);
  visit("clip", s.clip);
}

/// True if all of `text` was read into `target`.
template <class T>
bool read(const std::string& text, T& target) {
  if constexpr (std::is_same_v<T, std::string>) {
    target = text;
    return true;
  } else if constexpr (std::is_same_v<T, bool>) {
    target = text == "true" || text == "yes" || text == "1";
    return target || text == "false" || text == "no" || text == "0";
  } else {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), target);
    return error == std::errc() && end == text.data() + text.size();
  }
}

template <class T>
void take(const Gene& gene, double value, T& target) {
  if (!gene.choices.empty()) {
    const std::string& text = gene.choices[std::size_t(value)];
    if (!read(text, target))
      throw InputError("gene " + gene.name + ": choice \"" + text + "\" cannot be the value of training." + gene.name);
  } else if constexpr (std::is_same_v<T, std::string>) {
    throw InputError("gene " + gene.name + ": must be categorical, as training." + gene.name + " is a text");
  } else if constexpr (std::is_same_v<T, bool>) {
    target = value >= 0.5;
  } else if constexpr (std::is_integral_v<T>) {
    target = T(std::llround(value));
  } else {
    target = value;
  }
}

void check(const TrainingSettings& s) {
  if (s.optimiser != "sgd" && s.optimiser != "adamw")
    throw InputError("training.optimiser = \"" + s.optimiser + "\": allowed sgd, adamw");
  if (s.shards < 1 || !std::has_single_bit(std::uint64_t(s.shards)) || s.batch % s.shards != 0)
    throw InputError("training.shards = " + std::to_string(s.shards) +
                     ": allowed powers of two that divide the batch of " + std::to_string(s.batch));
}

}   // namespace

TrainingPlan plan_of(const Space& space, const Genome& genome, const TrainingSettings& settings,
                     const FidelitySettings& fidelity) {
  TrainingPlan plan{.settings = settings, .epochs = fidelity.epochs, .subset = fidelity.subset};
  for_each_setting(plan.settings, [&](const char* name, auto& setting) {
    const auto gene = space.find(name);
    if (gene && space.active(genome, *gene)) take(space.genes()[*gene], genome[*gene], setting);
  });
  check(plan.settings);
  return plan;
}

void check_training_genes(const Space& space, const TrainingSettings& settings) {
  for (const auto& gene : space.genes()) {
    const std::size_t values = std::max<std::size_t>(gene.choices.size(), 1);
    for (std::size_t value = 0; value < values; ++value) {
      TrainingSettings changed = settings;
      for_each_setting(changed, [&](std::string_view name, auto& setting) {
        if (name == gene.name) take(gene, gene.choices.empty() ? gene.low : double(value), setting);
      });
      check(changed);
    }
    if (gene.name == "batch" && gene.choices.empty())
      throw InputError("gene batch: must be categorical or ordinal, as every batch must be cut into " +
                       std::to_string(settings.shards) + " shards");
  }
}

Digest TrainingPlan::digest() const {
  Hasher hasher;
  hasher.add(settings.shards);
  for_each_setting(settings,
                   [&](const char* name, const auto& setting) { hasher.add(std::string_view(name)).add(setting); });
  if (settings.precision != "float32") hasher.add(settings.precision);   // came later: keys of the others stay
  if (window > 0) hasher.add(window);                                    // likewise
  return hasher.add(epochs).add(subset).add(validate_epochs).digest();
}

Steps steps_of(const TrainingPlan& plan, std::int64_t samples) {
  const std::int64_t shards = plan.settings.shards;
  if (samples < shards)
    throw InputError("fidelity.subset: " + std::to_string(samples) + " training samples are fewer than " +
                     std::to_string(shards) + " shards");
  const std::int64_t batch = std::min(plan.settings.batch, samples / shards * shards);
  return {.count = samples / batch, .batch = batch};
}

double learning_rate_at(const TrainingSettings& settings, std::int64_t step, std::int64_t steps) {
  const double warmup = settings.warmup * double(steps);
  const double position = double(step) + 0.5;
  if (position < warmup) return settings.learning_rate * position / warmup;
  const double rest = double(steps) - warmup;
  return settings.learning_rate * 0.5 * (1 + cos_turns(0.5 * (position - warmup) / rest));
}

}   // namespace archipel::train
