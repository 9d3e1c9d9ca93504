#pragma once

#include "train/dataset.hpp"
#include "train/network.hpp"
#include "train/plan.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace archipel::train {

// Zero-cost scores (Abdelfattah et al. 2021, arXiv:2101.08134): of a network at the initial weights of a training with this key, from at
// most its first batch, larger for what should train better. Computed on the CPU in float32, whatever the study trains on.

/// Of the setting `name`, NaN or infinite where the network has none. SystemError if images cannot be read.
double zero_cost_score(std::string_view name, const NetworkSpec& network, const TrainingPlan& plan,
                       const TrainingData& data, std::uint64_t key);
std::string unit_of_score(std::string_view name);
/// Of the first images of a batch.
inline constexpr std::int64_t jacobian_images = 64;
/// Nominal floating-point operations; `batch`: images.
std::uint64_t zero_cost_flops(std::string_view name, const NetworkSpec& network, std::int64_t batch);

/// Synaptic flow (Tanaka et al. 2020, arXiv:2006.05467), in nat: log sum_w |w| dR/d|w| over the weights of convolutions and classifier,
/// where R is the sum of the logits of an image of ones, with all weights positive and without normalisations.
double synflow(const NetworkSpec& network, const std::vector<float>& parameters);

/// Euclidean norm of the gradient of the batch's mean loss by the weights of convolutions and classifier.
double gradient_norm(const NetworkSpec& network, const TrainingPlan& plan, const TrainingData& data, std::uint64_t key);

/// Covariance of Jacobians (Mellor et al. 2020, arXiv:2006.04647v1) of at most 64 images: -sum_i (ln(e_i + k) + 1 / (e_i + k)), k = 1e-5,
/// over the eigenvalues e_i of the correlations between images of the derivatives of the sum of logits by the pixels.
double jacobian_covariance(const NetworkSpec& network, const TrainingPlan& plan, const TrainingData& data,
                           std::uint64_t key);

// Its steps: derivatives [images, height, width, channels], with batch normalisation over all `images` [images, height, width, channels];
// and the score of `rows` [images, values].
std::vector<float> jacobians(const NetworkSpec& network, const std::vector<float>& parameters,
                             const std::vector<float>& images);
double score_of_jacobians(const std::vector<float>& rows, std::size_t images);

}   // namespace archipel::train
