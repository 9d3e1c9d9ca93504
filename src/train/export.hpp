#pragma once

#include "train/trainer.hpp"

#include <filesystem>

namespace archipel::train {

/// Writes a TorchScript file of the trained network, which torch.jit.load reads without this program. Its input is
/// [images, channels, height, width], raw pixels as floats in [0, 255]; standardisation by `data` is inside. Its output is the logits.
/// The file appears under `path` complete or not at all. SystemError if it cannot be written.
void export_torchscript(const NetworkSpec& network, const Weights& weights, const TrainingData& data,
                        const std::filesystem::path& path);

}   // namespace archipel::train
