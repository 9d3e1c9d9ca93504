// What it costs to train on images that are read window by window: one epoch on synthetic images in memory, on the same in shards
// that the page cache holds, and on shards that it does not. Medians over ROUNDS, in which they take turns. Then how long reading takes
// that a thread hides behind training.
// usage: shards_bench FOLDER [IMAGES [WINDOW_MIB [WIDTH [ROUNDS]]]]; the shards are made in FOLDER and removed.

#include "base/cpu.hpp"
#include "io/hdf5.hpp"
#include "io/shards.hpp"
#include "train/epoch_order.hpp"
#include "train/numerics.hpp"
#include "train/synthetic.hpp"
#include "train/trainer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace archipel;
using namespace archipel::train;

namespace {

constexpr int side = 28, files = 4;

std::vector<std::string> make_shards(const std::string& folder, const SyntheticImages& images) {
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < files; ++i) {
    const std::size_t begin = i * images.labels.size() / files, end = (i + 1) * images.labels.size() / files;
    paths.push_back(folder + "/bench-" + std::to_string(i) + ".h5");
    const io::H5File file(
        io::check(H5Fcreate(paths.back().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), "H5Fcreate", paths.back()));
    const std::int64_t shape[] = {std::int64_t(end - begin), side, side};
    const auto x = io::make_set(file, "x", H5T_STD_U8LE, shape),
               y = io::make_set(file, "y", H5T_STD_U8LE, std::span(shape).first(1));
    H5Dwrite(x, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, images.pixels.data() + begin * side * side);
    H5Dwrite(y, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, images.labels.data() + begin);
  }
  return paths;
}

/// Drops the shards from the page cache.
void forget(const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    const int file = ::open(path.c_str(), O_RDONLY);
    ::fsync(file);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
  }
}

/// Mean ms that a window takes to be read, when nothing else is done.
double ms_to_read(const TrainingData& data, const TrainingPlan& plan) {
  const EpochOrder order(data.subset(0), plan, data.images().image_bytes(), 1);
  std::vector<std::uint8_t> pixels;
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t window = 0; window < order.windows(); ++window) {
    auto positions = order.positions(0, window, {0, int(plan.settings.shards)});
    std::ranges::sort(positions);
    pixels.resize(positions.size() * data.images().image_bytes());
    data.images().read(positions, pixels);
  }
  const std::chrono::duration<double, std::milli> all = std::chrono::steady_clock::now() - begin;
  return all.count() / double(order.windows());
}

}   // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("usage: shards_bench FOLDER [IMAGES [WINDOW_MIB [WIDTH [ROUNDS]]]]\n", stderr), 2;
  if (std::getenv("OMP_NUM_THREADS") == nullptr) {   // libraries read these when they are loaded
    for (const auto& [name, value] : pinned_environment("native")) setenv(name.c_str(), value.c_str(), 1);
    execv("/proc/self/exe", argv);
  }
  prepare_process();
  const auto number = [&](int place, int standard) { return argc > place ? std::atoi(argv[place]) : standard; };
  const SyntheticImages images(number(2, 30'000), 10, side, 1);
  const auto paths = make_shards(argv[1], images);
  const io::ShardReader reader(io::find_shards(paths));
  auto streamed = images.set;
  streamed.pixels = {};
  streamed.read = [&](auto positions, auto pixels) { reader.read_images(positions, pixels); };
  const TrainingData in_memory(images.set, 1000, 1), in_shards(streamed, 1000, 1, in_memory.facts());

  const int width = number(4, 8);
  const auto network = network_of(
      {.operations = {"conv3x3"}, .inputs = {{0}, {0, 1}}, .widths = {width, 2 * width, 4 * width}, .cells = {1, 1, 1}},
      1, side, side, 10);
  LocalSync sync;
  const char* names[] = {"in memory", "in windows, cached", "in windows, from the disk"};
  std::array<std::vector<double>, 3> rates;
  for (int round = 0; round < number(5, 5); ++round)
    for (std::size_t kind = 0; kind < 3; ++kind) {
      if (kind == 2) forget(paths);
      TrainingPlan plan{.settings = {.flip = true}, .window = kind == 0 ? 0 : std::int64_t(number(3, 2)) << 20};
      const auto begin = std::chrono::steady_clock::now();
      train::train(network, plan, kind == 0 ? in_memory : in_shards, 1, {sync});
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
      rates[kind].push_back(double(in_memory.training().size()) / seconds.count());
    }
  std::printf("%d images of %d x %d in %d shards, windows of %d MiB, width %d\n", images.set.count, side, side, files,
              number(3, 2), width);
  for (std::size_t kind = 0; kind < 3; ++kind) {
    std::ranges::sort(rates[kind]);
    std::printf("%-26s %6.0f images/s (%.0f to %.0f)\n", names[kind], rates[kind][rates[kind].size() / 2],
                rates[kind].front(), rates[kind].back());
  }
  const TrainingPlan plan{.window = std::int64_t(number(3, 2)) << 20};
  const double cached = ms_to_read(in_shards, plan);
  forget(paths);
  std::printf(
      "a window is read alone in %.2f ms from the page cache, %.2f ms from the disk, and trained on in %.0f ms\n",
      cached, ms_to_read(in_shards, plan),
      1e3 * double(plan.window / 2) / double(side * side) / rates[0][rates[0].size() / 2]);
  for (const auto& path : paths) ::unlink(path.c_str());
}
