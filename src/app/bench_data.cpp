#include "app/bench.hpp"
#include "app/bench_images.hpp"
#include "app/problem.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/stopwatch.hpp"
#include "io/idx.hpp"
#include "train/batch.hpp"

#include <algorithm>
#include <cstring>

namespace archipel::app {

BenchImages::BenchImages(const Study& study, const std::filesystem::path& study_file)
    : images_path(data_path(study, study_file, study.data.train_images)),
      labels_path(data_path(study, study_file, study.data.train_labels)) {
  if (study.evaluator.kind != "train") throw InputError("evaluator.kind: bench needs a study that trains, with images");
  if (!study.data.train_shards.empty())
    throw InputError("data.train_shards: bench takes studies on IDX files (data.train_images) alone");
  const auto images = io::read_idx_header(images_path, 3), classes = io::read_idx_header(labels_path, 1);
  pixels.resize(images.values());
  labels.resize(classes.values());
  io::read_idx(images_path, images, pixels);
  io::read_idx(labels_path, classes, labels);
  set = {.pixels = pixels,
         .count = images.shape[0],
         .channels = 1,
         .height = images.shape[1],
         .width = images.shape[2],
         .labels = labels};
}

BenchSection bench_data(const BenchOptions& options) {
  const Study study = bench_study(options);
  std::vector<double> read_ms, read_rate, memcpy_rate;
  std::size_t bytes = 0;
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    const Stopwatch watch;
    const BenchImages images(study, options.study);
    read_ms.push_back(1e3 * watch.wall());
    bytes = images.pixels.size() + images.labels.size();
    read_rate.push_back(1e-6 * double(bytes) / watch.wall());
  }
  BenchSection section{.subject = "data"};
  section.records.push_back({{"read_bytes", std::int64_t(bytes)},
                             {"read_ms", spread_of(read_ms)},
                             {"read_mb_per_second", spread_of(read_rate)}});

  const BenchImages images(study, options.study);
  const train::TrainingData data(images.set, study.data.validation, study.seed);
  const train::Standardiser standardiser(data);
  std::vector<std::uint32_t> order(data.training().begin(), data.training().end());
  Stream draws(1, Purpose::canary, 0, 0, 0);
  draws.shuffle(std::span(order));
  const auto batch = std::min(std::size_t(options.batch), order.size());
  const std::size_t values = std::size_t(images.set.channels) * images.set.height * images.set.width;
  const auto batches = std::max<std::size_t>(1, std::size_t(options.images) * 16 / batch);
  std::vector<float> out(batch * values), source(batch * values, 1.0f);
  const double all_images = double(batches * batch), gb = 1e-9 * all_images * double(values) * sizeof(float);
  const auto seconds = [&](const auto& work) {
    const Stopwatch watch;
    for (std::size_t i = 0; i < batches; ++i)
      work(std::span(order).subspan(i * batch % (order.size() - batch + 1), batch));
    return watch.processor();
  };
  const train::Augmentation none, augmentation{.shift = 2, .flip = true, .cutout = 8};
  std::vector<double> rates[2], bandwidths[2], to_memcpy[2];
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    const double copied = seconds([&](auto) {
      std::memcpy(out.data(), source.data(), out.size() * sizeof(float));
      asm volatile("" : : "r"(out.data()) : "memory");   // keeps the copy
    });
    memcpy_rate.push_back(gb / copied);
    for (const int augmented : {0, 1}) {
      const double spent = seconds([&](auto positions) {
        standardiser.assemble(images.set, positions, augmented == 1 ? augmentation : none, 1, 0, out.data());
      });
      rates[augmented].push_back(all_images / spent);
      bandwidths[augmented].push_back(gb / spent);
      to_memcpy[augmented].push_back(copied / spent);
    }
  }
  for (const int augmented : {0, 1})
    section.records.push_back({{"augmentation", std::string(augmented == 1 ? "shift 2, flip, cutout 8" : "none")},
                               {"batch", std::int64_t(batch)},
                               {"images_per_second", spread_of(rates[augmented])},
                               {"gb_per_second", spread_of(bandwidths[augmented])},
                               {"memcpy_gb_per_second", spread_of(memcpy_rate)},
                               {"to_memcpy", spread_of(to_memcpy[augmented])}});
  return section;
}

}   // namespace archipel::app
