#pragma once

#include "train/trainer.hpp"

#include <string>

namespace archipel::train {

/// The trained network as the content of a TorchScript file, which torch.jit.load reads without this program. Its input is
/// [images, channels, height, width], raw pixels as floats in [0, 255]; standardisation by `data` is inside. Its output is the
/// logits. Not written here: LibTorch ends the process when the disk is full.
std::string torchscript_of(const NetworkSpec& network, const Weights& weights, const TrainingData& data);

}   // namespace archipel::train
