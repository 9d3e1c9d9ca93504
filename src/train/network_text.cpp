#include "train/network.hpp"

#include <algorithm>

namespace archipel::train {
namespace {

std::string shape_of(const Layer& layer) {
  return std::to_string(layer.height) + "x" + std::to_string(layer.width) + "x" + std::to_string(layer.channels);
}

std::string reduction_text(const std::string& name) {
  return name == "conv3x3" ? "conv3x3 stride 2" : name + "3x3 stride 2, conv1x1";
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

}   // namespace

std::string draw_network(const NetworkSpec& network) {
  const Architecture& architecture = network.architecture;
  std::string text = "input       " + shape_of(network.layers.front()) + "\n";
  for (std::size_t stage = 0; stage < network.stage_inputs.size(); ++stage) {
    const std::string shape = padded(shape_of(network.layers[network.stage_inputs[stage]]), 12);
    const int cells = architecture.cells[stage];
    text += stage == 0 ? "stem        " + shape + "conv3x3, maxpool3x3 stride 2\n"
                       : "reduce      " + shape + reduction_text(architecture.reduction) + "\n";
    text += padded("stage " + std::to_string(stage + 1), 12) + shape + std::to_string(cells) +
            (cells == 1 ? " cell\n" : " cells\n");
  }
  text += "classifier  " + std::to_string(network.classes) + " classes\n\ncell\n";
  const auto name_of = [](int node) { return node == 0 ? std::string("input") : std::to_string(node); };
  for (std::size_t node = 0; node < architecture.inputs.size(); ++node) {
    const bool output = node == architecture.operations.size();
    text += output ? "  output      "
                   : "  " + padded(std::to_string(node + 1), 4) + padded(architecture.operations[node], 8);
    text += " <- ";
    for (std::size_t i = 0; i < architecture.inputs[node].size(); ++i)
      text += (i > 0 ? " + " : "") + name_of(architecture.inputs[node][i]);
    text += "\n";
  }
  return text;
}

}   // namespace archipel::train
