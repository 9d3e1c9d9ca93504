#include "train/zero_cost.hpp"

#include "search/portable_math.hpp"
#include "search/strategies/symmetric_eigen.hpp"
#include "train/batch.hpp"
#include "train/epoch_order.hpp"
#include "train/gradient_sync.hpp"
#include "train/host_training.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace archipel::train {
namespace {

struct Batch {
  std::vector<float> images;   // [labels, height, width, channels], standardised
  std::vector<std::uint8_t> labels;
};

/// That a training with this key begins with, not augmented.
Batch first_batch(const TrainingPlan& plan, const TrainingData& data, std::uint64_t key) {
  const ImageSet& all = data.images();
  const EpochOrder order(data.subset(plan.subset), plan, all.image_bytes(), key);
  auto positions = order.positions(0, 0, {0, int(plan.settings.shards)});
  positions.resize(std::size_t(order.steps().batch));
  auto ascending = positions;
  std::ranges::sort(ascending);
  std::vector<std::uint8_t> pixels;
  if (all.pixels.empty()) {
    pixels.resize(ascending.size() * all.image_bytes());
    all.read(ascending, pixels);
  }
  Batch batch;
  batch.images.resize(positions.size() * all.image_bytes());
  Standardiser(data).assemble(all.pixels.empty() ? all.holding(ascending, pixels) : all, positions,
                              batch.images.data());
  for (const auto position : positions) batch.labels.push_back(all.labels[position]);
  return batch;
}

/// The same network behind a layer that passes the images on, whose gradient is theirs.
NetworkSpec behind_images(NetworkSpec network) {
  for (auto& layer : network.layers)
    for (auto& input : layer.inputs) ++input;
  Layer passes = network.layers[0];
  passes.kind = LayerKind::average_pool;   // of one pixel
  passes.inputs = {0};
  network.layers.insert(network.layers.begin() + 1, passes);
  return network;
}

}   // namespace

double gradient_norm(const NetworkSpec& network, const TrainingPlan& plan, const TrainingData& data,
                     std::uint64_t key) {
  const auto batch = first_batch(plan, data, key);
  const auto shards = std::size_t(plan.settings.shards), images = batch.labels.size() / shards,
             size = layout_of(network).size, pixels = network.layers[0].outputs();
  const auto parameters = initial_parameters(network, key);
  std::vector<float> buffers(shards * size);
  Shards rows;
  HostTraining training(network, int(images));
  training.load(parameters.data());
  for (std::size_t s = 0; s < shards; ++s) {
    rows.emplace_back(buffers.data() + s * size, size);
    training.train({.images = batch.images.data() + s * images * pixels,
                    .labels = std::span(batch.labels).subspan(s * images, images),
                    .dropout = {},
                    .label_smoothing = plan.settings.label_smoothing},
                   rows[s], {});
  }
  LocalSync sync;
  sync.begin(rows, {});
  sync.finish();
  double squares = 0;
  for (std::size_t i = 0; i < network.decayed; ++i) {
    const double value = double(rows[0][i]) / double(shards);
    squares += value * value;
  }
  return std::sqrt(squares);
}

double jacobian_covariance(const NetworkSpec& network, const TrainingPlan& plan, const TrainingData& data,
                           std::uint64_t key) {
  auto batch = first_batch(plan, data, key);
  const auto images = std::min(batch.labels.size(), std::size_t(jacobian_images));
  batch.images.resize(images * network.layers[0].outputs());
  return score_of_jacobians(jacobians(network, initial_parameters(network, key), batch.images), images);
}

std::vector<float> jacobians(const NetworkSpec& network, const std::vector<float>& parameters,
                             const std::vector<float>& images) {
  const auto behind = behind_images(network);
  HostTraining training(behind, int(images.size() / network.layers[0].outputs()));
  training.load(parameters.data());
  return training.jacobians(images.data());
}

double score_of_jacobians(const std::vector<float>& rows, std::size_t images) {
  const std::size_t values = rows.size() / images;
  std::vector<double> centred(rows.begin(), rows.end()), correlations(images * images);
  for (std::size_t i = 0; i < images; ++i) {
    double* row = centred.data() + i * values;
    double mean = 0, squares = 0;
    for (std::size_t v = 0; v < values; ++v) mean += row[v];
    mean /= double(values);
    for (std::size_t v = 0; v < values; ++v) {
      row[v] -= mean;
      squares += row[v] * row[v];
    }
    const double length = std::sqrt(squares);
    for (std::size_t v = 0; v < values; ++v) row[v] /= length;
  }
  for (std::size_t i = 0; i < images; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double product = 0;
      for (std::size_t v = 0; v < values; ++v) product += centred[i * values + v] * centred[j * values + v];
      correlations[i * images + j] = correlations[j * images + i] = product;
    }
  constexpr double k = 1e-5;
  double score = 0;
  for (const double eigenvalue : symmetric_eigen(correlations, images).values) {
    if (!(eigenvalue + k > 0)) return std::nan("");   // some image has no derivatives
    score -= natural_log(eigenvalue + k) + 1 / (eigenvalue + k);
  }
  return score;
}

double zero_cost_score(std::string_view name, const NetworkSpec& network, const TrainingPlan& plan,
                       const TrainingData& data, std::uint64_t key) {
  if (name == "synflow") return synflow(network, initial_parameters(network, key));
  if (name == "grad_norm") return gradient_norm(network, plan, data, key);
  if (name == "jacob_cov") return jacobian_covariance(network, plan, data, key);
  throw std::logic_error("no score " + std::string(name));
}

std::string unit_of_score(std::string_view name) { return name == "synflow" ? "nat" : "1"; }

std::uint64_t zero_cost_flops(std::string_view name, const NetworkSpec& network, std::int64_t batch) {
  if (name == "synflow") return 4 * macs_of(network);   // forward, of two images
  if (name == "jacob_cov") batch = std::min(batch, jacobian_images);
  return std::uint64_t(batch) * training_flops_of(network);
}

}   // namespace archipel::train
