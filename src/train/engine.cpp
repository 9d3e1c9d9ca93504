#include "train/engine.hpp"

namespace archipel::train {

LocalSync local_sync(Device device) { return LocalSync(device == Device::cuda ? add_on_gpu : add_values); }

std::unique_ptr<Engine> make_engine(const NetworkSpec& network, const TrainingSettings& settings, Device device,
                                    TrainingState& state) {
  if (device == Device::cpu) return host_engine(network, settings, state);
  return tensor_engine(network, settings, device, state);
}

}   // namespace archipel::train
