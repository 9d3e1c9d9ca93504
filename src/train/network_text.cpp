#include "train/network.hpp"

#include <algorithm>

namespace archipel::train {
namespace {

std::string shape_of(const Layer& layer) {
  return std::to_string(layer.height) + "x" + std::to_string(layer.width) + "x" + std::to_string(layer.channels);
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

}  // namespace

std::string draw_network(const NetworkSpec& network) {
  const Architecture& architecture = network.architecture;
  std::string text = "input       " + shape_of(network.layers.front()) + "\n";
  // Layers of the skeleton change the number of channels, and only they do.
  std::size_t stage = 0;
  for (const auto& layer : network.layers) {
    if (layer.kind != LayerKind::convolution || layer.channels == network.layers[layer.inputs[0]].channels) continue;
    text += padded(stage == 0 ? "stem" : "reduce", 12) + padded(shape_of(layer), 12) + "conv" + std::to_string(layer.kernel) + "x" +
            std::to_string(layer.kernel) + (layer.stride > 1 ? " stride " + std::to_string(layer.stride) : "") + "\n";
    const int cells = architecture.cells[stage++];
    text += padded("stage " + std::to_string(stage), 12) + padded(shape_of(layer), 12) + std::to_string(cells) + (cells == 1 ? " cell\n" : " cells\n");
  }
  text += "classifier  " + std::to_string(network.classes) + " classes\n\ncell\n";
  const auto name_of = [](int node) { return node == 0 ? std::string("input") : std::to_string(node); };
  for (std::size_t node = 0; node < architecture.inputs.size(); ++node) {
    const bool output = node == architecture.operations.size();
    text += output ? "  output      " : "  " + padded(std::to_string(node + 1), 4) + padded(architecture.operations[node], 8);
    text += " <- ";
    for (std::size_t i = 0; i < architecture.inputs[node].size(); ++i)
      text += (i > 0 ? " + " : "") + name_of(architecture.inputs[node][i]);
    text += "\n";
  }
  return text;
}

}  // namespace archipel::train
