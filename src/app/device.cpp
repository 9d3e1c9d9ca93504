#include "app/device.hpp"

#include "base/error.hpp"
#include "mpi/collectives.hpp"
#include "mpi/gradient_sync.hpp"
#include "train/numerics.hpp"

#ifdef ARCHIPEL_CUDA
#include "mpi/gpu.hpp"
#include "mpi/nccl_sync.hpp"

#include <spdlog/spdlog.h>
#endif

namespace archipel::app {

#ifdef ARCHIPEL_CUDA

TrainingDevice choose_device(const Study& study, const mpi::Communicator& world, const mpi::Communicator& replicas) {
  if (study.numerics.device == "cpu") return {};
  if (study.numerics.device == "auto") {
    bool all = true;
    for (const auto& sees : mpi::all_gather(world, mpi::visible_gpus() > 0 ? "yes" : "")) all = all && !sees.empty();
    if (!all) {
      if (world.rank() == 0)
        spdlog::warn("trains on CPUs: some rank sees no GPU; numerics.device = \"cuda\" insists on them");
      return {};
    }
  }
  mpi::Gpu gpu;
  try {
    gpu = mpi::choose_gpu(world, replicas);
  } catch (const InputError& error) {   // on every rank
    if (study.numerics.device == "cuda") throw;
    if (world.rank() == 0) spdlog::warn("trains on CPUs: {}", error.what());
    return {};
  }
  mpi::on_all(world, [&] { train::prepare_gpu(study.numerics.deterministic); });
  return {.device = train::Device::cuda,
          .text = gpu.name + (study.numerics.deterministic
                                  ? ""
                                  : ", not deterministic, " + std::to_string(replicas.size()) + " to a team")};
}

void check_device(const Study&) {}

#else

TrainingDevice choose_device(const Study& study, const mpi::Communicator&, const mpi::Communicator&) {
  check_device(study);
  return {};
}

void check_device(const Study& study) {
  if (study.numerics.device == "cuda")
    throw InputError(
        "numerics.device = \"cuda\": this program was built without CUDA; allowed here: auto, cpu. "
        "Build with the preset cuda (docs/gpu.md)");
}

#endif

std::unique_ptr<train::GradientSync> make_sync(const Study& study, train::Device device,
                                               const mpi::Communicator& replicas) {
  if (replicas.size() == 1) return std::make_unique<train::LocalSync>(train::local_sync(device));
#ifdef ARCHIPEL_CUDA
  if (device == train::Device::cuda)
    return mpi::nccl_sync(replicas,
                          {.deterministic = study.numerics.deterministic,
                           .deadline = std::chrono::milliseconds(std::int64_t(1000 * study.run.replica_timeout))});
#endif
  static_cast<void>(study);
  return std::make_unique<mpi::MpiGradientSync>(replicas);
}

}   // namespace archipel::app
