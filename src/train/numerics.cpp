#include "train/numerics.hpp"

#include "base/random.hpp"
#include "train/convolution.hpp"
#include "train/trainer.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace archipel::train {

void prepare_process() {
  at::set_num_threads(1);
  // A number of threads can be set once; later calls find it set.
  static const bool once = (at::set_num_interop_threads(1), true);
  static_cast<void>(once);
  at::globalContext().setFlushDenormal(true);
#if defined(__GLIBC__)
  // Activations come and go in every step. Unless told otherwise, glibc gives their memory back to the system and takes it again,
  // page fault by page fault.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void prepare_gpu(bool deterministic) {
  auto& context = at::globalContext();
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  context.setDeterministicCuDNN(deterministic);
  context.setBenchmarkCuDNN(!deterministic);
  context.setDeterministicAlgorithms(deterministic, /*warn_only=*/true);
#if TORCH_VERSION_MAJOR * 100 + TORCH_VERSION_MINOR >= 202
  context.setDeterministicFillUninitializedMemory(false);   // nothing is read that was not written
#endif
  if (deterministic) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 1);   // read when cuBLAS starts
}

Digest canary(Device device) {
  constexpr int count = 192, size = 14, classes = 4;
  std::vector<std::uint8_t> pixels(count * size * size), labels(count);
  for (int i = 0; i < count; ++i) {
    Stream draws(1, Purpose::canary, 0, std::uint32_t(i), 0);
    labels[i] = std::uint8_t(i % classes);
    for (int p = 0; p < size * size; ++p)
      pixels[i * size * size + p] = std::uint8_t(draws.below(128) + (p % classes == labels[i] ? 100 : 0));
  }
  const ImageSet images{
      .pixels = pixels, .count = count, .channels = 1, .height = size, .width = size, .labels = labels};
  const TrainingData data(images, 64, 1);
  const Architecture architecture{
      .operations = {"conv3x3", "sep5x5", "maxpool", "conv1x1", "avgpool", "sep3x3", "conv5x5"},
      .inputs = {{0}, {0}, {1}, {1, 2}, {2}, {4, 5}, {3}, {0, 6, 7}},
      .widths = {12, 24},
      .cells = {1, 1}};
  TrainingPlan plan{.settings = {}, .epochs = 2};
  plan.settings.batch = 64;
  plan.settings.flip = true;
  plan.settings.shift = 1;
  plan.settings.dropout = 0.1;
  plan.settings.label_smoothing = 0.1;
  auto sync = local_sync(device);
  const bool as_set = at::globalContext().deterministicAlgorithms();
  if (device == Device::cuda) prepare_gpu(true);
  // Weights' gradients of large images: the library sums them in pieces as large as the processor's caches.
  std::vector<float> gradient(16 * 16);
  if (device == Device::cpu) {
    constexpr Window window{.images = 1, .height = 40, .width = 40, .channels = 16};
    std::vector<float> x, dy;
    Stream draws(1, Purpose::canary, 1, 0, 0);
    for (std::size_t i = 0; i < window.inputs(); ++i) {
      x.push_back(float(draws.unit()));
      dy.push_back(float(draws.unit()));
    }
    Convolution(window, 16, Convolution::For::training, false).backward_weights(x.data(), dy.data(), gradient.data());
  }
  Hasher hasher;
  const auto add_training = [&] {
    const auto training = train(network_of(architecture, 1, size, size, classes), plan, data, 1, {sync, device});
    hasher.add(std::as_bytes(std::span(training.weights.parameters)))
        .add(std::as_bytes(std::span(training.weights.statistics)))
        .add(training.validation_accuracy);
  };
  add_training();
  hasher.add(std::as_bytes(std::span(gradient)));
  if (device == Device::cpu && multiplies_bfloat16()) {
    plan.settings.precision = "bfloat16";
    add_training();
  }
  if (device == Device::cuda) prepare_gpu(as_set);
  return hasher.digest();
}

std::string numerics_text() {
  std::string text = "onednn: " + convolution_library() + "\nlibtorch: " + TORCH_VERSION + "\n";
  const std::string config = at::show_config();
  for (const char* wanted : {"MKL-DNN", "oneDNN", "CPU capability usage", "CUDA Runtime", "CuDNN", "BLAS_INFO"}) {
    const auto at = config.find(wanted);
    if (at == std::string::npos) continue;
    const auto first = config.rfind('\n', at) + 1,
               end = config.find_first_of(std::string(wanted) == "BLAS_INFO" ? ",\n" : "\n", at);
    const auto begin = std::string(wanted) == "BLAS_INFO" ? at : config.find_first_not_of(" -", first);
    text += "config: " + config.substr(begin, end - begin) + "\n";
  }
  for (const char* name : {"ATEN_CPU_CAPABILITY", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "OPENBLAS_CORETYPE",
                           "MKL_CBWR", "OMP_NUM_THREADS"}) {
    const char* value = std::getenv(name);
    text += std::string(name) + ": " + (value != nullptr ? value : "not set") + "\n";
  }
  return text + "threads: " + std::to_string(at::get_num_threads()) + "\n";
}

}   // namespace archipel::train
