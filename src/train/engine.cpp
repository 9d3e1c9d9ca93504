#include "train/engine.hpp"

namespace archipel::train {

std::unique_ptr<Engine> make_engine(const NetworkSpec& network, const TrainingSettings& settings, Device device,
                                    TrainingState& state) {
  if (device == Device::cpu) return host_engine(network, settings, state);
  return tensor_engine(network, settings, device, state);
}

}   // namespace archipel::train
