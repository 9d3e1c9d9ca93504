#include "train/network.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace archipel::train {
namespace {

/// Appends layers and lays out their parameters.
class Builder {
 public:
  Builder(int channels, int height, int width, int classes) {
    network_.channels = channels, network_.height = height, network_.width = width, network_.classes = classes;
    add({.kind = LayerKind::input, .channels = channels, .height = height, .width = width});
  }

  int convolution(int from, int channels, int kernel, int stride) {
    const Layer& in = layer(from);
    return add({.kind = LayerKind::convolution,
                .inputs = {from},
                .channels = channels,
                .height = reduced(in.height, stride),
                .width = reduced(in.width, stride),
                .kernel = kernel,
                .stride = stride,
                .weight_count = std::size_t(channels) * in.channels * kernel * kernel});
  }
  int depthwise(int from, int kernel) {
    return add(same(from, {.kind = LayerKind::depthwise,
                           .kernel = kernel,
                           .weight_count = std::size_t(layer(from).channels) * kernel * kernel}));
  }
  int normalisation(int from, bool relu) {
    const auto channels = std::size_t(layer(from).channels);
    return add(
        same(from, {.kind = LayerKind::normalisation, .relu = relu, .weight_count = channels, .bias_count = channels}));
  }
  int pool(int from, LayerKind kind, int kernel, int stride) {
    Layer pooled = same(from, {.kind = kind, .kernel = kernel, .stride = stride});
    pooled.height = reduced(pooled.height, stride);
    pooled.width = reduced(pooled.width, stride);
    return add(pooled);
  }
  int sum(const std::vector<int>& from) {
    if (from.size() == 1) return from[0];
    Layer total = same(from[0], {.kind = LayerKind::sum});
    total.inputs = from;
    return add(total);
  }
  int classifier(int from) {
    const auto classes = std::size_t(network_.classes);
    return add({.kind = LayerKind::classifier,
                .inputs = {from},
                .channels = network_.classes,
                .height = 1,
                .width = 1,
                .weight_count = classes * layer(from).channels,
                .bias_count = classes});
  }

  int operation(const std::string& name, int from) {
    const int channels = layer(from).channels;
    if (name == "identity") return from;
    if (name == "maxpool") return pool(from, LayerKind::max_pool, 3, 1);
    if (name == "avgpool") return pool(from, LayerKind::average_pool, 3, 1);
    const bool separable = name.starts_with("sep");
    const std::string size = name.substr(std::min(name.size(), std::size_t(separable ? 3 : 4)));
    const int kernel = size == "1x1" ? 1 : size == "3x3" ? 3 : size == "5x5" ? 5 : 0;
    if (kernel == 0 || !(name.starts_with("conv") || (separable && kernel > 1)))
      throw InputError("space.operations: \"" + name +
                       "\" is not one of conv1x1, conv3x3, conv5x5, sep3x3, sep5x5, maxpool, avgpool, identity");
    if (separable) return normalisation(convolution(depthwise(from, kernel), channels, 1, 1), true);
    return normalisation(convolution(from, channels, kernel, 1), true);
  }
  int reduction(const std::string& name, int from, int channels) {
    if (name == "conv3x3") return normalisation(convolution(from, channels, 3, 2), true);
    if (name != "maxpool" && name != "avgpool")
      throw InputError("space.reductions: \"" + name + "\" is not one of conv3x3, maxpool, avgpool");
    const int pooled = pool(from, name == "maxpool" ? LayerKind::max_pool : LayerKind::average_pool, 3, 2);
    return normalisation(convolution(pooled, channels, 1, 1), true);
  }
  int cell(const Architecture& architecture, int from) {
    std::vector<int> values{from};
    const auto gathered = [&](const std::vector<int>& inputs) {
      std::vector<int> layers;
      for (const int input : inputs) layers.push_back(values[input]);
      return sum(layers);
    };
    for (std::size_t node = 0; node < architecture.operations.size(); ++node) {
      values.push_back(operation(architecture.operations[node], gathered(architecture.inputs[node])));
      count_node(values.back());
    }
    return gathered(architecture.inputs.back());
  }

  void count_node(int index) { network_.node_outputs.push_back(layer(index).channels); }
  void begin_stage(int index) { network_.stage_inputs.push_back(index); }
  const Layer& layer(int index) const { return network_.layers[index]; }

  NetworkSpec finish(const Architecture& architecture) {
    std::size_t next = 0;
    for (auto& l : network_.layers)
      if (l.kind != LayerKind::normalisation && l.weight_count > 0)
        l.weight = std::exchange(next, next + l.weight_count);
    network_.decayed = next;
    for (auto& l : network_.layers) {
      if (l.kind == LayerKind::normalisation) {
        l.weight = std::exchange(next, next + l.weight_count);
        l.statistics = std::exchange(network_.statistics, network_.statistics + 2 * l.weight_count);
      }
      if (l.bias_count > 0) l.bias = std::exchange(next, next + l.bias_count);
    }
    network_.parameters = next;
    network_.architecture = architecture;
    return std::move(network_);
  }

 private:
  static int reduced(int size, int stride) { return (size + stride - 1) / stride; }
  Layer same(int from, Layer l) const {
    l.inputs = {from};
    l.channels = layer(from).channels, l.height = layer(from).height, l.width = layer(from).width;
    return l;
  }
  int add(Layer l) {
    network_.layers.push_back(std::move(l));
    return int(network_.layers.size()) - 1;
  }

  NetworkSpec network_;
};

int whole(const std::string& text) { return std::atoi(text.c_str()); }

}   // namespace

Architecture architecture_of(const Space& space, const Genome& genome) {
  const CellLayout& cell = space.cell().value();
  const int output = cell.nodes + 1;
  const auto connected = [&](int from, int to) { return genome[cell.edge(from, to)] != 0; };
  std::vector<bool> reached(output + 1), needed(output + 1);
  reached[0] = needed[output] = true;
  for (int to = 1; to <= output; ++to)
    for (int from = 0; from < to; ++from)
      if (reached[from] && connected(from, to)) reached[to] = true;
  for (int from = output - 1; from >= 0; --from)
    for (int to = from + 1; to <= output; ++to)
      if (needed[to] && connected(from, to)) needed[from] = true;

  Architecture architecture;
  std::vector<int> number(output + 1, -1);
  number[0] = 0;
  int alive = 0;
  for (int node = 1; node <= output; ++node) {
    if (!reached[node] || !needed[node]) continue;
    number[node] = ++alive;
    auto& inputs = architecture.inputs.emplace_back();
    for (int from = 0; from < node; ++from)
      if (number[from] >= 0 && connected(from, node)) inputs.push_back(number[from]);
    if (node != output)
      architecture.operations.push_back(
          space.genes()[cell.operation(node)].choices[std::size_t(genome[cell.operation(node)])]);
  }
  for (std::size_t g = 0; g < space.size(); ++g) {
    const Gene& gene = space.genes()[g];
    if (gene.choices.empty()) continue;
    const std::string& choice = gene.choices[std::size_t(genome[g])];
    if (gene.name.starts_with("width.")) architecture.widths.push_back(whole(choice));
    if (gene.name.starts_with("cells.")) architecture.cells.push_back(whole(choice));
    if (gene.name == "reduction") architecture.reduction = choice;
  }
  return architecture;
}

NetworkSpec network_of(const Architecture& architecture, int channels, int height, int width, int classes) {
  Builder builder(channels, height, width, classes);
  // The stem sees every pixel, the cells begin at half the resolution: nearly all of the accuracy for a quarter of the work.
  int value = builder.pool(builder.normalisation(builder.convolution(0, architecture.widths[0], 3, 1), true),
                           LayerKind::max_pool, 3, 2);
  builder.count_node(value);
  for (std::size_t stage = 0; stage < architecture.cells.size(); ++stage) {
    if (stage > 0) {
      if (std::min(builder.layer(value).height, builder.layer(value).width) < 2)
        throw InputError("space.stages = " + std::to_string(architecture.cells.size()) + ": images of " +
                         std::to_string(height) + " x " + std::to_string(width) + " pixels allow at most " +
                         std::to_string(stage));
      value = builder.reduction(architecture.reduction, value, architecture.widths[stage]);
      builder.count_node(value);
    }
    builder.begin_stage(value);
    for (int i = 0; i < architecture.cells[stage]; ++i) value = builder.cell(architecture, value);
  }
  value = builder.classifier(value);
  builder.count_node(value);
  return builder.finish(architecture);
}

NetworkSpec network_spec(const Space& space, const Genome& genome, int channels, int height, int width, int classes) {
  return network_of(architecture_of(space, genome), channels, height, width, classes);
}

}   // namespace archipel::train
