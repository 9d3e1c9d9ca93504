#include "train/numerics.hpp"

#include "base/random.hpp"
#include "train/convolution.hpp"
#include "train/torch_parts.hpp"
#include "train/trainer.hpp"

#include <dlfcn.h>

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace archipel::train {
namespace {

/// A function of the OpenMP runtime that oneDNN brings, whichever it is; null if it brings none.
template <class Function>
Function* openmp(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

void flush_denormals() {
#if defined(__SSE2__)
  constexpr unsigned results_are_zero = 0x8000, operands_are_zero = 0x0040;
  _mm_setcsr(_mm_getcsr() | results_are_zero | operands_are_zero);
#endif
}

}   // namespace

void prepare_process() {
  if (const auto set = openmp<void(int)>("omp_set_num_threads")) set(1);
  flush_denormals();
#if defined(__GLIBC__)
  // Activations come and go in every step. Unless told otherwise, glibc gives their memory back to the system and takes it again,
  // page fault by page fault.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

bool prepare_gpu(bool deterministic) { return torch_parts().prepare_gpu(deterministic); }

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
  const bool as_set = device == Device::cuda && prepare_gpu(true);
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
  std::string text = "onednn: " + convolution_library() + "\n" + torch_text();
  for (const char* name : {"ATEN_CPU_CAPABILITY", "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "OPENBLAS_CORETYPE",
                           "MKL_CBWR", "OMP_NUM_THREADS"}) {
    const char* value = std::getenv(name);
    text += std::string(name) + ": " + (value != nullptr ? value : "not set") + "\n";
  }
  const auto threads = openmp<int()>("omp_get_max_threads");
  return text + "threads: " + std::to_string(threads ? threads() : 1) + "\n";
}

}   // namespace archipel::train
