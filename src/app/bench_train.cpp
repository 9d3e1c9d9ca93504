#include "app/bench.hpp"
#include "app/bench_networks.hpp"
#include "app/loop_process.hpp"
#include "app/problem.hpp"
#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "train/kernel_rates.hpp"
#include "train/laps.hpp"
#include "train/torch_parts.hpp"
#include "train/trainer.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>

namespace archipel::app {
namespace {

/// Networks and data of the options, in this process.
struct Subjects {
  explicit Subjects(const BenchOptions& options)
      : study(bench_study(options)),
        images(study, options.study),
        data(images.set, study.data.validation, study.seed),
        training(bench_training(options)),
        networks(bench_networks(options, study, images.set.height, images.set.width, data.classes())) {}

  Study study;
  BenchImages images;
  train::TrainingData data;
  TrainingSettings training;
  std::vector<train::NetworkSpec> networks;
};

/// Our own training, as the `train` evaluator runs it, from one step to another.
train::LoopTime time_training(const train::NetworkSpec& network, const TrainingSettings& training,
                              const train::TrainingData& data, std::int64_t steps) {
  train::TrainingPlan plan{.settings = training};
  const auto epoch = train::steps_of(plan, std::int64_t(data.training().size()));
  const auto last = train::warm_up_steps + steps;
  plan.epochs = last / epoch.count + 2;   // its end, with the validation, is never reached
  train::LoopTime result{.images = steps * epoch.batch};
  Stopwatch watch;
  train::Laps laps;
  std::int64_t step = 0;
  const auto before_step = [&] {
    if (step == train::warm_up_steps) {
      watch = {};
      laps.begin();
    }
    if (step < last) return ++step, false;
    train::Laps::end(train::Part::rest);
    result.processor = watch.processor();
    result.wall = watch.wall();
    return true;
  };
  train::LocalSync sync;
  try {
    train::train(network, plan, data, 1, {.sync = sync}, {.abandon = before_step});
  } catch (const Stopped&) {
  }
  if (result.wall == 0) throw SystemError("bench train: a training diverged before its steps were measured");
  const double all = std::accumulate(laps.seconds().begin(), laps.seconds().end(), 0.0);
  for (std::size_t part = 0; part < train::part_names.size(); ++part)
    result.shares.emplace_back(std::string("share_") + train::part_names[part], laps.seconds()[part] / all);
  return result;
}

std::vector<std::string> loop_command(const BenchOptions& options, const std::string& loop) {
  std::vector<std::string> command{std::filesystem::read_symlink("/proc/self/exe"), "bench", "train", "--loop", loop};
  if (!options.study.empty()) command.insert(command.end(), {"--study", options.study});
  for (const auto& set : options.sets) command.insert(command.end(), {"--set", set});
  for (const auto parameters : options.parameters)
    command.insert(command.end(), {"--parameters", std::to_string(parameters)});
  command.insert(command.end(), {"--batch", std::to_string(options.batch), "--shards", std::to_string(options.shards)});
  return command;
}

/// One of the loops, with what was measured of it.
struct Loop {
  std::string name;
  std::unique_ptr<LoopProcess> process;              // null: our own training, in this one
  std::string precision;                             // of our own
  std::vector<std::int64_t> batch;                   // by network
  std::vector<std::vector<train::LoopTime>> times;   // by network and round
};

std::int64_t steps_of(std::int64_t images, std::int64_t batch) { return std::max<std::int64_t>(1, images / batch); }

/// The batch with which a loop is the quickest.
std::int64_t best_batch(LoopProcess& loop, std::size_t network, std::int64_t images, std::int64_t most) {
  std::int64_t best = 0;
  double best_rate = 0;
  for (const std::int64_t batch : {32, 64, 128, 256, 512}) {
    if (batch > most) break;
    const auto time = loop.measure(network, batch, steps_of(images, batch));
    if (const double rate = double(time.images) / time.processor; rate > best_rate) best = batch, best_rate = rate;
  }
  return best;
}

Spread rates(const std::vector<train::LoopTime>& times, double train::LoopTime::*clock) {
  std::vector<double> values;
  for (const auto& time : times) values.push_back(double(time.images) / time.*clock);
  return spread_of(values);
}

/// How much faster, round by round, by processor time.
std::vector<double> ratios(const std::vector<train::LoopTime>& ours, const std::vector<train::LoopTime>& theirs) {
  std::vector<double> values;
  for (std::size_t round = 0; round < ours.size(); ++round)
    values.push_back(double(ours[round].images) / ours[round].processor /
                     (double(theirs[round].images) / theirs[round].processor));
  return values;
}

/// Of the kernels alone, by round, beside our own loop.
BenchRecord kernel_record(const train::NetworkSpec& network, const std::vector<train::KernelRates>& kernels,
                          const std::vector<train::LoopTime>& ours) {
  std::vector<double> all, convolutions, shares;
  for (std::size_t round = 0; round < kernels.size(); ++round) {
    all.push_back(kernels[round].kernels);
    convolutions.push_back(kernels[round].convolutions);
    shares.push_back(double(ours[round].images) / ours[round].processor / kernels[round].kernels);
  }
  return {{"parameters", std::int64_t(network.parameters)},
          {"kernels_alone_images_per_second", spread_of(all)},
          {"convolutions_alone_images_per_second", spread_of(convolutions)},
          {"archipel_share_of_kernels_alone", spread_of(shares)}};
}

void add_records(BenchSection& section, const std::vector<Loop>& loops,
                 const std::vector<std::vector<train::KernelRates>>& kernels,
                 const std::vector<train::NetworkSpec>& networks) {
  for (std::size_t n = 0; n < networks.size(); ++n) {
    const double gflop = 1e-9 * double(train::training_flops_of(networks[n]));
    for (const auto& loop : loops) {
      auto gflops = rates(loop.times[n], &train::LoopTime::processor);
      gflops = {gflops.median * gflop, gflops.least * gflop, gflops.most * gflop};
      section.records.push_back({{"parameters", std::int64_t(networks[n].parameters)},
                                 {"loop", loop.name},
                                 {"batch", loop.batch[n]},
                                 {"images_per_second", rates(loop.times[n], &train::LoopTime::processor)},
                                 {"images_per_second_wall", rates(loop.times[n], &train::LoopTime::wall)},
                                 {"gflops", gflops}});
    }
  }
  for (std::size_t n = 0; n < networks.size(); ++n)
    section.records.push_back(kernel_record(networks[n], kernels[n], loops[0].times[n]));
  for (std::size_t n = 0; n < networks.size(); ++n) {
    BenchRecord record{{"parameters", std::int64_t(networks[n].parameters)}};
    for (std::size_t share = 0; share < loops[0].times[n][0].shares.size(); ++share) {
      std::vector<double> values;
      for (const auto& time : loops[0].times[n]) values.push_back(time.shares[share].second);
      record.emplace_back(loops[0].times[n][0].shares[share].first, spread_of(values));
    }
    section.records.push_back(std::move(record));
  }
  for (std::size_t other = 1; other < loops.size(); ++other) {
    std::vector<double> means(loops[0].times[0].size(), 1.0);   // geometric, by round
    for (std::size_t n = 0; n < networks.size(); ++n) {
      const auto by_round = ratios(loops[0].times[n], loops[other].times[n]);
      for (std::size_t round = 0; round < means.size(); ++round)
        means[round] *= std::pow(by_round[round], 1.0 / double(networks.size()));
      section.records.push_back({{"archipel_over", loops[other].name},
                                 {"parameters", std::to_string(networks[n].parameters)},
                                 {"ratio", spread_of(by_round)}});
    }
    section.records.push_back(
        {{"archipel_over", loops[other].name}, {"parameters", "geometric mean"}, {"ratio", spread_of(means)}});
  }
}

}   // namespace

BenchSection bench_train(const BenchOptions& options) {
  const Subjects subjects(options);
  const auto shard_images =
      train::steps_of({.settings = subjects.training}, std::int64_t(subjects.data.training().size())).batch /
      options.shards;
  BenchSection section{.subject = "train"};
  std::vector<Loop> loops;
  loops.push_back({.name = "archipel", .precision = subjects.training.precision});
  if (subjects.training.precision != "float32") loops.push_back({.name = "float32", .precision = "float32"});
  const auto add = [&](const std::string& name, const std::vector<std::string>& command, const std::string& input) {
    auto process = std::make_unique<LoopProcess>(command);
    if (!input.empty()) process->tell(input);
    const auto what = process->answer();
    section.notes.push_back(name + ": " + what.substr(what.find(' ') + 1));
    if (what.starts_with("ready ")) loops.push_back({.name = name, .process = std::move(process)});
  };
  add("plain", loop_command(options, "plain"), "");
  add("tuned", loop_command(options, "tuned"), "");
  if (access(options.python.c_str(), X_OK) == 0)
    add("python", {options.python, "-c", pytorch_program},
        describe(subjects.networks, subjects.images, subjects.training));
  else section.notes.push_back("python: left out: there is no " + options.python + " (--python)");

  prepare_kernels();
  const auto most = std::int64_t(subjects.data.training().size());
  for (auto& loop : loops) {
    loop.times.resize(subjects.networks.size());
    for (std::size_t n = 0; n < subjects.networks.size(); ++n)
      loop.batch.push_back(loop.name == "tuned" ? best_batch(*loop.process, n, options.images, most) : options.batch);
  }
  std::vector<double> blas, gemm, convolution;
  std::vector<std::vector<train::KernelRates>> kernels(subjects.networks.size());
  for (int round = 0; round < options.repeats; ++round) {
    const auto peaks = train::torch_parts().measure_peaks();
    blas.push_back(1e-9 * peaks.blas);
    gemm.push_back(1e-9 * peaks.gemm);
    convolution.push_back(1e-9 * peaks.convolution);
    for (std::size_t n = 0; n < subjects.networks.size(); ++n) {
      kernels[n].push_back(train::measure_kernel_rates(subjects.networks[n], int(shard_images)));
      for (auto& loop : loops) {
        const auto steps = steps_of(options.images, loop.batch[n]);
        auto training = subjects.training;
        training.precision = loop.precision;
        loop.times[n].push_back(loop.process ? loop.process->measure(n, loop.batch[n], steps)
                                             : time_training(subjects.networks[n], training, subjects.data, steps));
      }
    }
  }
  section.records.push_back({{"blas_gflops", spread_of(blas)},
                             {"gemm_peak_gflops", spread_of(gemm)},
                             {"convolution_peak_gflops", spread_of(convolution)}});
  add_records(section, loops, kernels, subjects.networks);
  section.notes.push_back("rates and ratios by processor time, of one core; " + std::to_string(options.shards) +
                          " shards of archipel's batch; the best batch of tuned");
  return section;
}

int bench_loop(const BenchOptions& options) {
  const Subjects subjects(options);
  if (options.describe) {
    std::cout << describe(subjects.networks, subjects.images, subjects.training) << "\n";
    return 0;
  }
  const bool tuned = options.loop == "tuned";
  if (tuned) prepare_kernels();   // for the allocator's thresholds
  const auto loop = train::torch_parts().loop(subjects.data, tuned);
  std::cout << "ready "
            << (tuned ? "LibTorch, channels last, allocator that keeps memory"
                      : "LibTorch, contiguous, allocator as it is")
            << std::endl;
  std::size_t network = 0;
  std::int64_t batch = 0, steps = 0;
  while (std::cin >> network >> batch >> steps) {
    auto training = subjects.training;
    training.batch = batch;
    const auto time = loop->train(subjects.networks.at(network), training, steps);
    std::cout << time.images << ' ' << time.wall << ' ' << time.processor << ' ' << time.loss << std::endl;
  }
  return 0;
}

}   // namespace archipel::app
