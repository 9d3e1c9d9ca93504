#include "train/torch_parts.hpp"

#include "train/export.hpp"
#include "train/torch_numerics.hpp"

namespace archipel::train {

const TorchParts& torch_parts() {
  static const TorchParts parts = [] {
    compute_on_one_thread();
    return TorchParts{.engine = tensor_engine,
                      .add = add_on_gpu,
                      .prepare_gpu = prepare_torch_for_gpu,
                      .torchscript = torchscript_of,
                      .loop = plain_loop,
                      .measure_peaks = measure_peaks,
                      .text = torch_configuration};
  }();
  return parts;
}

void require_torch() {}

std::string torch_text() { return torch_parts().text(); }

}   // namespace archipel::train
