#pragma once

#include "base/digest.hpp"
#include "search/space.hpp"

namespace archipel::train {

/// Everything that one training depends on beside network, data and key.
struct TrainingPlan {
  TrainingSettings settings;
  std::int64_t epochs = 1;
  std::int64_t subset = 0;        // training samples; 0: all
  bool validate_epochs = false;   // validation after every epoch instead of the last one only
  std::int64_t window = 0;        // bytes of training images that one replica has in memory; 0: all, anywhere

  Digest digest() const;
};

/// Steps of one epoch over `samples`: a last partial batch is dropped, but a set smaller than a batch makes one step of whole shards.
/// Samples used in each step. InputError if there are fewer samples than shards.
struct Steps {
  std::int64_t count = 0, batch = 0;
};
Steps steps_of(const TrainingPlan& plan, std::int64_t samples);

/// The study's training settings, with those that are the name of an active gene taken from the genome.
/// InputError if a choice cannot be read as the setting's type or the shards do not fit the batch.
TrainingPlan plan_of(const Space& space, const Genome& genome, const TrainingSettings& settings,
                     const FidelitySettings& fidelity);

/// InputError if some value of a gene that is the name of a training setting cannot be that setting's value.
void check_training_genes(const Space& space, const TrainingSettings& settings);

/// Learning rate of step `step` of `steps`: linear warm-up over the first `warmup` share of all steps, then a half cosine to zero
/// (Loshchilov & Hutter 2017, arXiv:1608.03983).
double learning_rate_at(const TrainingSettings& settings, std::int64_t step, std::int64_t steps);

}   // namespace archipel::train
