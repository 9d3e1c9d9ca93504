#include "train/engine.hpp"

#include "train/torch_parts.hpp"

namespace archipel::train {

LocalSync local_sync(Device device) { return LocalSync(device == Device::cuda ? torch_parts().add : add_values); }

std::unique_ptr<Engine> make_engine(const NetworkSpec& network, const TrainingSettings& settings, Device device,
                                    TrainingState& state) {
  if (device == Device::cpu) return host_engine(network, settings, state);
  return torch_parts().engine(network, settings, device, state);
}

}   // namespace archipel::train
