#pragma once

#include "search/space.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace archipel::train {

enum class LayerKind { input, convolution, depthwise, normalisation, max_pool, average_pool, sum, classifier };

/// One step of a network. Its output is named by its position in NetworkSpec::layers.
struct Layer {
  LayerKind kind = LayerKind::input;
  std::vector<int> inputs;                   // earlier layers
  int channels = 0, height = 0, width = 0;   // of the output; classes, 1, 1 for the classifier
  int kernel = 1, stride = 1;                // padding is kernel / 2
  bool relu = false;                         // after a normalisation
  std::size_t weight = 0,
              weight_count = 0;   // in the flat parameters: [out, in, kernel, kernel], [channels, 1, kernel, kernel],
                                  // [classes, features], or the scale of a normalisation
  std::size_t bias = 0, bias_count = 0;   // of normalisations and the classifier
  std::size_t statistics = 0;             // of normalisations: running mean, then variance, in the flat statistics

  std::size_t pixels() const { return std::size_t(height) * width; }
  std::size_t outputs() const { return pixels() * channels; }
};

/// What a genome says about a network: one cell, repeated.
struct Architecture {
  std::vector<std::string> operations;    // of the cell's inner nodes 1, 2, ...; only those that are alive
  std::vector<std::vector<int>> inputs;   // of these nodes, then of the output; 0 is the cell's input
  std::vector<int> widths;                // channels of each stage
  std::vector<int> cells;                 // in each stage
  std::string reduction = "conv3x3";      // between two stages: conv3x3, or maxpool or avgpool with a conv1x1 behind it
};

/// A network with all shapes. Parameters are one flat array: weights of convolutions and the classifier, which decay, then scales and biases.
struct NetworkSpec {
  int channels = 0, height = 0, width = 0, classes = 0;   // input and output
  std::vector<Layer> layers;                              // in order of computation; the last is the classifier
  std::size_t decayed = 0;                                // parameters [0, decayed) decay
  std::size_t parameters = 0;
  std::size_t statistics = 0;      // values of running statistics
  std::vector<int> node_outputs;   // m_i: channels of every layer in the sense of the search (stem, nodes, ...)
  std::vector<int> stage_inputs;   // the layer that the first cell of each stage takes
  Architecture architecture;
};

/// What a canonical genome of a space with a cell (make_space) says; dead nodes are left out.
Architecture architecture_of(const Space& space, const Genome& genome);
/// InputError if an operation is unknown or the images are too small for the stages.
NetworkSpec network_of(const Architecture& architecture, int channels, int height, int width, int classes);
NetworkSpec network_spec(const Space& space, const Genome& genome, int channels, int height, int width, int classes);

/// Multiply-accumulates of convolutions and classifier for one image.
std::uint64_t macs_of(const NetworkSpec& network);
/// Floating-point operations to train on one image: forward pass, gradients of inputs and weights, two for each multiply-accumulate.
std::uint64_t training_flops_of(const NetworkSpec& network);
/// C(A) = sum of log2 m_i over all layers in the sense of the search.
double complexity_of(const NetworkSpec& network);
/// Estimated peak of memory, in bytes, to train with batches of `shards` shards of `shard_images` images each.
std::uint64_t training_memory_of(const NetworkSpec& network, int shards, int shard_images);

/// The same to predict `images` at once.
std::uint64_t prediction_memory_of(const NetworkSpec& network, std::int64_t images);

/// The network as text: resolutions, widths and the graph of the cell.
std::string draw_network(const NetworkSpec& network);

}   // namespace archipel::train
