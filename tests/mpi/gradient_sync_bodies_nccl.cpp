#include "base/error.hpp"
#include "mpi/cuda_handles.hpp"
#include "mpi/gpu.hpp"
#include "mpi/gradient_sync_bodies.hpp"
#include "mpi/nccl_sync.hpp"

#include <algorithm>
#include <deque>

namespace archipel::mpi {
namespace {

class Cuda : public Device {
 public:
  ~Cuda() override {
    for (auto* block : blocks_) cudaFree(block);
  }

  std::span<float> allocate(std::size_t count) override {
    void* block = nullptr;
    cuda_check(cudaMalloc(&block, std::max<std::size_t>(count, 1) * sizeof(float)), "cudaMalloc");
    blocks_.push_back(block);
    return {static_cast<float*>(block), count};
  }

  void write(std::span<float> to, std::vector<float> values) override {
    if (values.empty()) return;
    const auto& kept = written_.emplace_back(std::move(values));
    cuda_check(cudaMemcpyAsync(to.data(), kept.data(), to.size_bytes(), cudaMemcpyHostToDevice, stream()),
               "cudaMemcpyAsync");
  }

  /// As the host sees it, and as what is computed next does: both must be in order.
  std::vector<float> read(std::span<const float> from) override {
    auto values = read(from, make_stream().get());
    if (values != read(from, stream())) throw SystemError("host and stream see different values");
    written_.clear();
    return values;
  }

  cudaStream_t stream() const { return stream_.get(); }

 private:
  static std::vector<float> read(std::span<const float> from, cudaStream_t stream) {
    std::vector<float> values(from.size());
    cuda_check(cudaMemcpyAsync(values.data(), from.data(), from.size_bytes(), cudaMemcpyDeviceToHost, stream),
               "cudaMemcpyAsync");
    cuda_check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
    return values;
  }

  Stream stream_ = make_stream();
  std::vector<void*> blocks_;
  std::deque<std::vector<float>> written_;
};

}   // namespace

std::vector<Body> bodies(const Communicator& world) {
  choose_gpu(world, world);
  std::vector<Body> all;
  for (const bool deterministic : {true, false}) {
    auto device = std::make_unique<Cuda>();
    auto sync = nccl_sync(
        world,
        {.deterministic = deterministic, .deadline = std::chrono::seconds(30), .compute_stream = device->stream()});
    all.push_back({deterministic ? "NCCL along the tree" : "NCCL", deterministic, std::move(device), std::move(sync)});
  }
  return all;
}

}   // namespace archipel::mpi
