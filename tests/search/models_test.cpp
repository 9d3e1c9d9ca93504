// The parts of the strategies that learn a model.

#include "base/digest.hpp"
#include "search/cell.hpp"
#include "search/portable_normal.hpp"
#include "search/strategies/cell_features.hpp"
#include "search/strategies/history.hpp"
#include "search/strategies/likelihood.hpp"
#include "search/strategies/parzen.hpp"
#include "search/strategies/perceptron.hpp"
#include "search/strategies/posterior.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

using namespace archipel;

namespace {

Stream stream(std::uint32_t number) { return {9, Purpose::ask, 0, 0, number}; }

std::vector<double> drawn(std::size_t count, Stream& draws) {
  std::vector<double> values(count);
  for (double& value : values) value = draws.normal();
  return values;
}

Space reals(int count) {
  std::vector<Gene> genes;
  for (int i = 0; i < count; ++i) genes.push_back({.name = "x" + std::to_string(i), .kind = GeneKind::real});
  return Space(std::move(genes));
}

}   // namespace

BOOST_AUTO_TEST_CASE(the_exponential_and_the_normal_distribution_agree_with_the_library) {
  auto draws = stream(0);
  for (int i = 0; i < 20000; ++i) {
    const double x = 1400 * draws.unit() - 700, z = 60 * draws.unit() - 30;
    BOOST_TEST_REQUIRE(std::fabs(exp_portable(x) / std::exp(x) - 1) < 1e-13);
    BOOST_TEST_REQUIRE(std::fabs(normal_cdf(z) / (0.5 * std::erfc(-z / std::sqrt(2.0))) - 1) < 1e-8);
    // The improvement by quadrature of the tail: the integral of Phi up to z.
    if (i % 200 == 0 && std::fabs(z) < 8) {
      double sum = 0;
      for (int k = 0; k < 40000; ++k) sum += 0.5 * std::erfc(-(z - (k + 0.5) * 5e-4) / std::sqrt(2.0)) * 5e-4;
      BOOST_TEST_REQUIRE(std::fabs(expected_improvement(z) / sum - 1) < 1e-5, z << " " << sum);
    }
  }
  BOOST_TEST(exp_portable(0) == 1);
  BOOST_TEST(exp_portable(-1e9) == exp_portable(-700));
  BOOST_TEST(expected_improvement(-36) > 0);
}

BOOST_AUTO_TEST_CASE(a_factor_that_grows_solves_what_it_factorises) {
  auto draws = stream(1);
  constexpr std::size_t n = 37;
  std::vector<std::vector<double>> base, matrix(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) base.push_back(drawn(n, draws));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) matrix[i][j] = dot(base[i].data(), base[j].data(), n) + (i == j ? 1 : 0);
  }
  Triangular factor(n);
  const auto grow = [&] {
    while (factor.size() < n)
      factor.append({matrix[factor.size()].data(), factor.size()}, matrix[factor.size()][factor.size()]);
  };
  grow();
  factor.shrink(20);
  grow();
  const auto b = drawn(n, draws);
  auto x = b;
  factor.solve(x);
  const double squared = dot(x.data(), x.data(), n);
  factor.solve_transposed(x);
  for (std::size_t i = 0; i < n; ++i) BOOST_TEST(std::fabs(dot(matrix[i].data(), x.data(), n) - b[i]) < 1e-9);
  const auto inverse = factor.inverse();
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j) sum += inverse[std::max(i, j) * n + std::min(i, j)] * b[j];
    BOOST_TEST(std::fabs(sum - x[i]) < 1e-9);
  }
  std::vector<double> columns(n * Triangular::lanes);
  std::array<double, Triangular::lanes> sums{};
  for (std::size_t i = 0; i < n; ++i) columns[i * Triangular::lanes + 3] = b[i];
  factor.squared_lengths(columns, sums);
  BOOST_TEST(std::fabs(sums[3] - squared) < 1e-9);
  BOOST_TEST(sums[4] == 0);
  Triangular two(2);
  two.append({}, 4);
  two.append(std::array{2.0}, 10);
  BOOST_TEST(std::fabs(two.log_determinant() - std::log(36.0)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(a_posterior_goes_through_its_points_and_believes_what_is_pending) {
  const Space space = reals(2);
  const Encoder encoder(space);
  Posterior posterior(encoder, 32);
  posterior.restart({.weights = {4, 4}, .noise = 1e-6});
  auto draws = stream(2);
  std::vector<Features> points;
  std::vector<double> targets;
  for (int i = 0; i < 20; ++i) {
    const auto genome = space.random(draws);
    points.push_back(encoder.encode(genome));
    targets.push_back(std::sin(5 * genome[0]) + genome[1]);
    posterior.add(points.back());
  }
  posterior.learn(targets);
  std::vector<double> means(20), deviations(20);
  posterior.predict(points, means, deviations);
  for (std::size_t i = 0; i < 20; ++i) {
    BOOST_TEST(std::fabs(means[i] - targets[i]) < 1e-3);
    BOOST_TEST(deviations[i] < 5e-3);
  }
  const std::vector<Features> elsewhere = {encoder.encode({0.31, 0.77})};
  std::vector<double> mean(1), wide(1), same(1), narrow(1);
  posterior.predict(elsewhere, mean, wide);
  posterior.add(elsewhere[0]);
  posterior.predict(elsewhere, same, narrow);
  BOOST_TEST(same[0] == mean[0]);
  BOOST_TEST(narrow[0] < wide[0] / 10);
  posterior.shrink(20);
  posterior.predict(elsewhere, same, narrow);
  BOOST_TEST(narrow[0] == wide[0]);
}

BOOST_AUTO_TEST_CASE(the_fitted_kernel_knows_which_genes_matter_and_how_noisy_they_are) {
  const Space space = reals(4);
  const Encoder encoder(space);
  auto draws = stream(3);
  std::vector<Features> points;
  std::vector<double> clear, noisy;
  for (int i = 0; i < 60; ++i) {
    const auto genome = space.random(draws);
    points.push_back(encoder.encode(genome));
    clear.push_back(std::sin(6 * genome[2]));
    noisy.push_back(clear.back() + 0.5 * draws.normal());
  }
  const auto kernel = fitted(encoder, points, clear, {}, 60);
  for (const std::size_t other : {0, 1, 3}) BOOST_TEST(kernel.weights[2] > 20 * kernel.weights[other]);
  BOOST_TEST(kernel.noise < 1e-3);
  BOOST_TEST(fitted(encoder, points, noisy, {}, 60).noise > 0.05);
  const auto again = fitted(encoder, points, clear, {}, 60);
  BOOST_TEST((again.weights == kernel.weights && again.noise == kernel.noise));
}

BOOST_AUTO_TEST_CASE(points_side_by_side_have_the_distances_of_pairs) {
  Study study;
  study.space.genes = {{.name = "rate", .kind = "log_real", .low = 1e-4, .high = 1},
                       {.name = "o", .choices = {"a", "b"}},
                       {.name = "m", .kind = "real", .when = "o", .when_values = {"b"}}};
  const Space space = make_space(study);
  const Encoder encoder(space);
  auto draws = stream(4);
  Points points(encoder);
  std::vector<Features> all;
  Kernel kernel;
  for (std::size_t b = 0; b < encoder.blocks(); ++b) kernel.weights.push_back(draws.unit());
  for (int i = 0; i < 30; ++i) all.push_back(encoder.encode(space.random(draws)));
  for (int i = 0; i < 30; ++i) points.add(all[std::size_t(i)]);
  points.shrink(10);
  for (int i = 10; i < 25; ++i) points.add(all[std::size_t(i)]);
  std::vector<double> covariances(25), distances(encoder.blocks());
  for (const auto& each : all) {
    points.covariances(each, kernel, covariances);
    for (std::size_t k = 0; k < 25; ++k) {
      block_distances(encoder, each, all[k], distances);
      BOOST_TEST_REQUIRE(
          std::fabs(covariances[k] - matern(dot(distances.data(), kernel.weights.data(), encoder.blocks()))) <
          1e-6);   // the root of a rounding error
      for (const double distance : distances) BOOST_TEST_REQUIRE((0 <= distance && distance <= 2));
    }
  }
}

BOOST_AUTO_TEST_CASE(features_of_cells_tell_graphs_apart_and_not_their_numbering) {
  CellGraph chain;   // 0 -> 1 (op 2) -> 2 (op 3) -> out
  chain.nodes = 4;
  chain.operation[1] = 2;
  chain.operation[2] = 3;
  chain.connect(0, 1);
  chain.connect(1, 2);
  chain.connect(2, 5);
  CellGraph moved;   // the same on other nodes
  moved.nodes = 4;
  moved.operation[2] = 2;
  moved.operation[4] = 3;
  moved.connect(0, 2);
  moved.connect(2, 4);
  moved.connect(4, 5);
  auto swapped = chain;
  std::swap(swapped.operation[1], swapped.operation[2]);
  BOOST_TEST((neighbourhoods(chain, 3) == neighbourhoods(moved, 3)));
  BOOST_TEST((neighbourhoods(chain, 3)[0] == neighbourhoods(swapped, 3)[0]));
  BOOST_TEST((neighbourhoods(chain, 3)[1] != neighbourhoods(swapped, 3)[1]));
  BOOST_TEST((paths(chain, 4) == paths(moved, 4)));
  BOOST_TEST((paths(chain, 4) != paths(swapped, 4)));
  BOOST_TEST(paths(chain, 4).size() == 1u);
  BOOST_TEST(paths(chain, 1).empty());
  auto wider = chain;
  wider.connect(0, 2);
  wider.connect(0, 5);
  BOOST_TEST(paths(wider, 4).size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_perceptron_learns_and_repeats_itself) {
  auto draws = stream(5);
  std::vector<Inputs> samples;
  std::vector<double> targets;
  double variance = 0;
  for (int i = 0; i < 200; ++i) {
    Inputs inputs;
    double target = 0;
    for (std::uint32_t k = 0; k < 10; ++k) {
      if (!draws.chance(0.5)) continue;
      inputs.push_back({k, 1});
      target += double(k) / 5 - 1;
    }
    samples.push_back(inputs);
    targets.push_back(target);
    variance += target * target / 200;
  }
  const auto error = [&](const Perceptron& network) {
    double sum = 0;
    for (std::size_t i = 150; i < 200; ++i) sum += std::pow(network.predict(samples[i]) - targets[i], 2) / 50;
    return sum;
  };
  const auto trained = [&] {
    auto chance = stream(6);
    Perceptron network(10, 5, chance);
    network.train(std::span(samples).first(150), std::span(targets).first(150), 300, chance);
    return network;
  };
  const auto network = trained();
  BOOST_TEST(error(network) < 0.1 * variance);
  BOOST_TEST(error(network) == error(trained()));
}

BOOST_AUTO_TEST_CASE(a_parzen_density_integrates_to_one_and_is_largest_at_its_centres) {
  const Space space({{.name = "a", .choices = {"x", "y", "z"}},
                     {.name = "b", .kind = GeneKind::real, .low = -1, .high = 3},
                     {.name = "c", .kind = GeneKind::real, .when = Gene::Condition{.gene = 0, .values = {1, 2}}}});
  const Genome centre = {1, 2.9, 0.2};
  const Parzen density(space, {centre, {2, 2.5, 0.3}, {0, 2.8, 0}});
  auto draws = stream(7);
  double mass = 0, near = 0;
  constexpr int count = 40000;
  for (int i = 0; i < count; ++i) {
    const auto genome = space.random(draws);
    mass += std::exp(density.log_density(genome)) / count;
    BOOST_TEST_REQUIRE(density.log_density(genome) <= density.log_density(centre) + 2);
  }
  BOOST_TEST(std::fabs(mass - 1) < 0.05, mass);
  for (int i = 0; i < count; ++i) {
    const auto genome = density.draw(draws);
    BOOST_TEST_REQUIRE(space.valid(genome));
    near += double(genome[1] > 2) / count;
  }
  BOOST_TEST(near > 0.5);   // a quarter by chance
}

BOOST_AUTO_TEST_CASE(targets_are_standardised_and_the_worst_drawn_in) {
  const double failed = -std::numeric_limits<double>::infinity();
  const std::vector<double> fitness = {1, 2, 3, 4, 5, -1e9, failed};
  const auto values = shaped(fitness);
  double sum = 0, squares = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
  }
  BOOST_TEST(std::fabs(sum) < 1e-12);
  BOOST_TEST(std::fabs(squares / 7 - 1) < 1e-12);
  BOOST_TEST(values[5] == values[6]);
  for (std::size_t i = 0; i + 1 < 5; ++i) BOOST_TEST(values[i] < values[i + 1]);
  BOOST_TEST(values[0] > values[5]);
  BOOST_TEST(values[4] - values[0] > 0.2);
  for (const double value : shaped(std::vector<double>{3, 3, failed})) BOOST_TEST(value == 0);
}

BOOST_AUTO_TEST_CASE(a_history_selects_the_best_the_latest_and_some_of_all) {
  History history(4);
  auto draws = stream(8);
  for (int n = 0; n < 1000; ++n) {
    history.asked(n, {double(n)});
    history.tell({.origin = {0, n}, .genome = {double(n)}, .fitness = double(n * 7919 % 1000)}, draws);
  }
  const auto chosen = history.selection(100);
  BOOST_TEST(chosen.size() == 100u);
  BOOST_TEST(std::ranges::is_sorted(chosen));
  BOOST_TEST((std::ranges::adjacent_find(chosen) == chosen.end()));
  int best = 0, latest = 0, bad = 0;
  for (const auto i : chosen) {
    best += history.observed()[i].fitness >= 950;
    latest += i >= 975;
    bad += history.observed()[i].fitness < 500;
  }
  BOOST_TEST(best == 50);
  BOOST_TEST(latest == 25);
  BOOST_TEST(bad >= 12);
  BOOST_TEST(history.population().size() == 4u);
  BOOST_TEST(history.selection(2000).size() == 1000u);
  BOOST_TEST(history.pending().empty());
  history.asked(1000, {5000.0});
  BOOST_TEST(history.knows({5000.0}));
  BOOST_TEST(history.knows({999.0}));
  BOOST_TEST(!history.knows({1000.0}));
}
