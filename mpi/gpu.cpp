#include "mpi/gpu.hpp"

#include "mpi/collectives.hpp"
#include "mpi/cuda_handles.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace archipel::mpi {
namespace {

std::string node_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string text_of(const cudaUUID_t& uuid) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "GPU-";
  for (std::size_t i = 0; i < sizeof uuid.bytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = static_cast<unsigned char>(uuid.bytes[i]);
    text += {digits[byte / 16], digits[byte % 16]};
  }
  return text;
}

int device_count() {
  int count = 0;
  const auto code = cudaGetDeviceCount(&count);
  if (code == cudaSuccess && count > 0) return count;
  throw InputError(
      "numerics.device: no GPU is visible on " + node_name() +
      " (cudaGetDeviceCount: " + (code == cudaSuccess ? "none" : cudaGetErrorString(code)) +
      "); ask the batch system for GPUs and look at CUDA_VISIBLE_DEVICES, or set numerics.device = \"cpu\"");
}

Gpu use(int device) {
  cudaDeviceProp properties{};
  cuda_check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
  cuda_check(cudaSetDevice(device), "cudaSetDevice");
  return {device, properties.name, text_of(properties.uuid)};
}

bool service_runs() {
  const char* set = std::getenv("CUDA_MPS_PIPE_DIRECTORY");
  std::error_code none;
  return std::filesystem::exists(std::filesystem::path(set && *set ? set : "/tmp/nvidia-mps") / "control", none);
}

/// InputError if another rank of `ranks` has this rank's device.
void refuse_sharing(const Communicator& ranks, const std::vector<std::string>& devices, const Gpu& gpu,
                    const std::string& remedy) {
  const auto sharing = std::ranges::count(devices, gpu.identity);
  if (sharing > 1)
    throw InputError(std::to_string(sharing) + " of the " + std::to_string(ranks.size()) + " ranks on " + node_name() +
                     " would share " + gpu.name + " " + gpu.identity + ": " + remedy);
}

}   // namespace

int visible_gpus() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

Gpu choose_gpu(const Communicator& world, const Communicator& replicas) {
  const auto node = world.split_shared();
  Gpu gpu;
  on_all(world, [&] { gpu = use(node.rank() % device_count()); });   // each may see only its own

  const auto on_node = all_gather(node, gpu.identity), in_team = all_gather(replicas, gpu.identity);
  on_all(world, [&] {
    refuse_sharing(replicas, in_team, gpu,
                   "replicas of one candidate need a GPU each; lower run.replicas or start one rank for each GPU");
    if (!service_runs())
      refuse_sharing(node, on_node, gpu,
                     "start one rank for each GPU, or CUDA's Multi-Process Service (nvidia-cuda-mps-control -d)");
  });
  return gpu;
}

}   // namespace archipel::mpi
