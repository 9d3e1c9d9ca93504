// Trains one network on Fashion-MNIST, on one core: each cell a chain of OPERATIONs (default conv3x3) beside a shortcut. Prints
// images per second, FLOP/s and accuracy. usage: train_bench [--bfloat16] [--key N] FOLDER [EPOCHS [WIDTH [BATCH [OPERATION]...]]]
// FOLDER holds the four IDX files (Debian: dataset-fashion-mnist, /usr/share/datasets/fashion-mnist).

#include "base/cpu.hpp"
#include "io/idx.hpp"
#include "train/numerics.hpp"
#include "train/trainer.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <string_view>

using namespace archipel;
using namespace archipel::train;

namespace {

struct Images {
  std::vector<std::uint8_t> pixels, labels;
  ImageSet set;

  Images(const std::string& folder, const std::string& part) {
    const auto images = folder + "/" + part + "-images-idx3-ubyte.gz",
               classes = folder + "/" + part + "-labels-idx1-ubyte.gz";
    const auto header = io::read_idx_header(images, 3), label_header = io::read_idx_header(classes, 1);
    pixels.resize(header.values());
    labels.resize(label_header.values());
    io::read_idx(images, header, pixels);
    io::read_idx(classes, label_header, labels);
    set = {.pixels = pixels,
           .count = header.shape[0],
           .channels = 1,
           .height = header.shape[1],
           .width = header.shape[2],
           .labels = labels};
  }
};

double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

}   // namespace

int main(int argc, char** argv) {
  char** const command = argv;
  bool bfloat16 = false;
  std::uint64_t key = 1;
  for (; argc > 1 && std::string_view(argv[1]).starts_with("--"); --argc, ++argv) {
    if (std::string_view(argv[1]) == "--bfloat16") bfloat16 = true;
    if (std::string_view(argv[1]) == "--key" && argc > 2) key = std::strtoull(argv[2], nullptr, 10), --argc, ++argv;
  }
  if (argc < 2)
    return std::fputs("usage: train_bench [--bfloat16] [--key N] FOLDER [EPOCHS [WIDTH [BATCH [OPERATION]...]]]\n",
                      stderr),
           2;
  if (std::getenv("OMP_NUM_THREADS") == nullptr) {   // libraries read these when they are loaded
    for (const auto& [name, value] : pinned_environment(bfloat16 ? "avx512_bf16" : "native"))
      setenv(name.c_str(), value.c_str(), 1);
    execv("/proc/self/exe", command);
  }
  prepare_process();
  const Images training(argv[1], "train");
  const TrainingData data(training.set, 6000, 1);
  const int width = argc > 3 ? std::atoi(argv[3]) : 16;
  Architecture architecture{
      .operations = {}, .inputs = {}, .widths = {width, 2 * width, 4 * width}, .cells = {1, 1, 1}};
  for (int i = 5; i < argc; ++i) architecture.operations.emplace_back(argv[i]);
  if (architecture.operations.empty()) architecture.operations = {"conv3x3"};
  for (std::size_t i = 0; i < architecture.operations.size(); ++i) architecture.inputs.push_back({int(i)});
  architecture.inputs.push_back({0, int(architecture.operations.size())});
  const auto network = network_of(architecture, 1, 28, 28, data.classes());
  TrainingPlan plan{.settings = {.learning_rate = 0.2, .label_smoothing = 0.1, .flip = true},
                    .epochs = argc > 2 ? std::atoi(argv[2]) : 1};

  if (bfloat16) plan.settings.precision = "bfloat16";
  if (argc > 4) plan.settings.batch = std::atoi(argv[4]);
  plan.settings.shards = std::min<std::int64_t>(4, plan.settings.batch / 16);
  std::printf("%s%s\nparameters %zu, MACs %llu\n", numerics_text().c_str(), draw_network(network).c_str(),
              network.parameters, static_cast<unsigned long long>(macs_of(network)));
  LocalSync sync;
  const double start = cpu_seconds();
  const auto result = train::train(network, plan, data, key, {sync});
  const double seconds = cpu_seconds() - start;
  const Steps steps = steps_of(plan, std::int64_t(data.training().size()));
  const double images = double(steps.count * steps.batch * plan.epochs);
  std::printf("core-seconds %.1f, images/s %.0f, GFLOP/s %.1f\n", seconds, images / seconds,
              images * double(training_flops_of(network)) / seconds * 1e-9);
  const Images test(argv[1], "t10k");
  std::vector<std::uint32_t> all(test.set.count);
  std::iota(all.begin(), all.end(), 0u);
  std::printf("validation %.4f, test %.4f\n", result.validation_accuracy,
              accuracy(network, result.weights, Standardiser(data), test.set, all));
}
