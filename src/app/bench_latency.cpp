#include "app/bench.hpp"
#include "app/bench_images.hpp"
#include "app/latency_fit.hpp"
#include "app/problem.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "train/host_prediction.hpp"
#include "train/latency.hpp"
#include "train/model.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

namespace archipel::app {
namespace {

constexpr int calibration_networks = 200, other_networks = 100;

/// Random networks of the study's space that its limits allow, number `first` and on.
std::vector<train::NetworkSpec> random_networks(const Study& study, const train::ImageSet& images, int classes,
                                                int first, int count) {
  const Space space = make_space(study);
  if (!space.cell()) throw InputError("space.kind: bench latency needs a study with a cell");
  const auto& limits = study.limits;
  std::vector<train::NetworkSpec> networks;
  for (int i = first; i < first + count; ++i) {
    train::NetworkSpec network;
    for (int attempt = 0; attempt < 64; ++attempt) {
      Stream draws(1, Purpose::canary, 1, std::uint32_t(i), std::uint32_t(attempt));
      network = train::network_spec(space, space.random(draws), images.channels, images.height, images.width, classes);
      if ((limits.parameters == 0 || network.parameters <= std::size_t(limits.parameters)) &&
          (limits.macs == 0 || train::macs_of(network) <= std::uint64_t(limits.macs)))
        break;
    }
    networks.push_back(std::move(network));
  }
  return networks;
}

/// us: medians over repeated predictions of one batch.
struct NetworkTime {
  double whole = 0;
  std::vector<double> layers;
};

NetworkTime time_network(const train::NetworkSpec& network, int images, int repeats) {
  using Clock = std::chrono::steady_clock;
  train::HostPrediction prediction(network, images);
  prediction.load({train::initial_parameters(network, 1), train::initial_statistics(network)});
  const std::vector<float> input(std::size_t(images) * network.layers[0].outputs(), 0.5f);
  std::vector<float> logits(std::size_t(images) * std::size_t(network.classes));
  std::vector<std::vector<double>> parts(network.layers.size());
  NetworkTime time{.whole = train::measured_microseconds(network, images, repeats), .layers = {}};
  for (int repeat = 0; repeat < repeats; ++repeat) {
    auto last = Clock::now();
    prediction.predict(input.data(), logits.data(), [&](std::size_t layer) {
      const auto now = Clock::now();
      parts[layer].push_back(std::chrono::duration<double, std::micro>(now - last).count());
      last = now;
    });
  }
  for (const auto& part : parts) time.layers.push_back(part.empty() ? 0 : spread_of(part).median);
  return time;
}

struct Errors {
  std::vector<double> predicted, measured;

  void add(double model, double truth) {
    predicted.push_back(model);
    measured.push_back(truth);
  }
  BenchRecord record(const std::string& model) const {
    std::vector<double> errors;
    for (std::size_t i = 0; i < measured.size(); ++i)
      errors.push_back(std::abs(predicted[i] - measured[i]) / measured[i]);
    return {{"model", model},
            {"networks", std::int64_t(errors.size())},
            {"relative_error", spread_of(errors)},
            {"rank_correlation", rank_correlation(predicted, measured)}};
  }
};

}   // namespace

BenchSection bench_latency(const BenchOptions& options) {
  const Study study = bench_study(options);
  const BenchImages images(study, options.study);
  const train::TrainingData data(images.set, study.data.validation, study.seed);
  prepare_kernels();
  const int batch = int(study.latency.batch), repeats = 5 * options.repeats;
  const auto networks = random_networks(study, images.set, data.classes(), 0, calibration_networks + other_networks);
  std::vector<NetworkTime> times;
  for (const auto& network : networks) times.push_back(time_network(network, batch, repeats));

  std::map<std::string, std::vector<WorkSample>> samples;
  std::vector<WorkSample> wholes;   // for the control
  for (std::size_t n = 0; n < std::size_t(calibration_networks); ++n) {
    for (std::size_t i = 1; i < networks[n].layers.size(); ++i) {
      const auto name = train::operation_of(networks[n].layers[i]);
      if (!name.empty())
        samples[name].push_back({train::work_of(networks[n], networks[n].layers[i], batch), times[n].layers[i]});
    }
    wholes.push_back({{1, double(batch) * double(train::macs_of(networks[n])), 0}, times[n].whole});
  }
  BenchSection section{.subject = "latency"};
  LatencySettings settings{.batch = batch, .operations = {}};
  for (const auto& [name, points] : samples) {
    const auto fit = fit_work(points);
    settings.operations.push_back({name, fit[0], 1e3 * fit[1], 1e3 * fit[2]});
    std::vector<double> measured, errors;
    for (const auto& point : points) {
      measured.push_back(point.time);
      errors.push_back(std::abs(time_of(fit, point.work) - point.time) / point.time);
    }
    section.records.push_back({{"operation", name},
                               {"layers", std::int64_t(points.size())},
                               {"us", spread_of(measured)},
                               {"relative_error", spread_of(errors)}});
  }
  const train::LatencyModel model(settings);
  const auto by_macs = fit_work(wholes);
  Errors layers, macs;
  for (std::size_t n = std::size_t(calibration_networks); n < networks.size(); ++n) {
    layers.add(model.microseconds(networks[n]), times[n].whole);
    macs.add(by_macs[0] + by_macs[1] * double(batch) * double(train::macs_of(networks[n])), times[n].whole);
  }
  section.records.push_back(layers.record("sum over layers"));
  section.records.push_back(macs.record("macs of the network alone"));
  section.notes.push_back("the models were tried on other networks than those that gave this, for the study:");
  section.notes.push_back("[latency]");
  section.notes.push_back("batch = " + std::to_string(batch));
  section.notes.push_back("operation = [");
  for (const auto& each : settings.operations)
    section.notes.push_back(fmt::format(R"(  {{ name = "{}", overhead = {:.3g}, mac = {:.3g}, value = {:.3g} }},)",
                                        each.name, each.overhead, each.mac, each.value));
  section.notes.push_back("]");
  return section;
}

}   // namespace archipel::app
