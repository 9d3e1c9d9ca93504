#pragma once

#include "train/model.hpp"
#include "train/operations.hpp"

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <vector>

namespace torch::autograd {
struct Node;
}

namespace archipel::train {

/// Weight and bias of each layer: views of flat memory; undefined where a layer has none.
struct LayerTensors {
  at::Tensor weight, bias;
};
std::vector<LayerTensors> views_of(const NetworkSpec& network, const at::Tensor& flat);

/// A network computed forward, by the operations of operations.hpp, and backward, by LibTorch's autograd, over flat memory.
class Graph {
 public:
  /// `parameters` [network.parameters] and `shards` [shards, at least layout.size] are used in place.
  Graph(const NetworkSpec& network, Operations operations, const at::Tensor& parameters, const at::Tensor& shards);
  Graph(const Graph&) = delete;

  /// Called between the layers of the backward pass, with values that fall: the gradients of [first, weights) are final.
  using FinalFrom = std::function<void(std::size_t first)>;

  /// Fills `shard` with gradient, moments and loss. `images` [images, channels, height, width], `labels` [images],
  /// `dropout` [images, features] or undefined.
  void train(int shard, const at::Tensor& images, const at::Tensor& labels, const at::Tensor& dropout, double smoothing,
             const FinalFrom& final_from);
  /// Logits [images, classes] with `statistics` [network.statistics].
  at::Tensor predict(const at::Tensor& statistics, const at::Tensor& images) const;

 private:
  struct Leaf {
    std::size_t first = 0;   // in the flat parameters
    at::Tensor* tensor = nullptr;
    std::shared_ptr<torch::autograd::Node> accumulator;   // keeps its hook
    std::vector<at::Tensor> gradients;                    // by shard
    bool done = false;                                    // in this backward pass
  };
  template <class Normalised, class Dropped>
  at::Tensor forward(const std::vector<LayerTensors>& parameters, at::Tensor images, const Normalised& normalised,
                     const Dropped& dropped, const std::function<void()>& between) const;
  void finished(Leaf& leaf);
  void tell();

  const NetworkSpec& network_;
  ShardLayout layout_;
  Operations operations_;
  at::Tensor shards_;
  std::vector<LayerTensors> layers_;
  std::vector<Leaf> leaves_;   // those that decay, by descending place in the flat parameters, then the others
  std::size_t decayed_ = 0;    // of leaves_
  std::size_t next_ = 0;       // the first of these that is not done
  const FinalFrom* final_from_ = nullptr;
};

}   // namespace archipel::train
