#pragma once

#include "synthetic.hpp"

#include "train/host_training.hpp"

#include <cmath>

namespace archipel::train {

/// A shard of random images, and what a network makes of it.
struct Shard {
  NetworkSpec network;
  ShardLayout layout = layout_of(network);
  int images;
  std::vector<float> input = random_values(std::size_t(images) * network.layers[0].outputs(), 1);
  std::vector<std::uint8_t> labels = std::vector<std::uint8_t>(std::size_t(images));
  std::vector<float> parameters = initial_parameters(network, 2);
  HostTraining training;

  Shard(const NetworkSpec& of, int count, Precision precision = Precision::float32)
      : network(of), images(count), training(network, images, precision) {
    for (int i = 0; i < count; ++i) labels[std::size_t(i)] = std::uint8_t(i % network.classes);
    const auto noise = random_values(parameters.size(), 3);
    for (std::size_t i = network.decayed; i < parameters.size(); ++i)
      parameters[i] += noise[i];   // scales of both signs
  }
  std::vector<float> train(const std::function<void(std::size_t)>& final_from = {}) {
    std::vector<float> buffer(layout.size, NAN);   // all of it is written
    training.load(parameters.data());
    training.train({.images = input.data(), .labels = labels, .dropout = {}, .label_smoothing = 0.1}, buffer,
                   final_from);
    return buffer;
  }
};

}   // namespace archipel::train
