#include "search/strategy_runs.hpp"

#include "base/error.hpp"
#include "search/gene.hpp"
#include "search/portable_math.hpp"
#include "search/strategies/policy.hpp"
#include "search/strategies/symmetric_eigen.hpp"
#include "search/unit_scale.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace archipel;

namespace {

double of_rosenbrock(const Genome& genome, const Digest&) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < genome.size(); ++i) {
    const double bend = genome[i + 1] - genome[i] * genome[i], left = 1 - genome[i];
    sum -= 100 * bend * bend + left * left;
  }
  return sum;
}

}   // namespace

BOOST_AUTO_TEST_CASE(places_in_the_unit_scale_and_back) {
  const Gene whole{.name = "w", .kind = GeneKind::integer, .low = -2, .high = 3},
      real{.name = "r", .kind = GeneKind::real, .low = -1, .high = 3},
      log{.name = "l", .kind = GeneKind::log_real, .low = 0.01, .high = 1};
  for (double value = -2; value <= 3; ++value) BOOST_TEST(value_at(whole, unit_of(whole, value)) == value);
  BOOST_TEST(value_at(whole, 0) == -2);
  BOOST_TEST(value_at(whole, 1) == 3);
  BOOST_TEST(unit_of(real, 0) == 0.25);
  BOOST_TEST(value_at(real, 7) == 3);
  BOOST_TEST(std::fabs(unit_of(log, 0.1) - 0.5) < 1e-12);
  BOOST_TEST(std::fabs(value_at(log, 0.5) - 0.1) < 1e-8);
  BOOST_TEST(is_counted(whole));
  BOOST_TEST(!is_counted(real));
}

BOOST_AUTO_TEST_CASE(logistic_and_hyperbolic_tangent) {
  for (double x = -40; x <= 40; x += 0.0137) {
    const double expected = 1 / (1 + std::exp(-x));
    BOOST_TEST(std::fabs(logistic(x) - expected) <= 1e-13 * expected);
    BOOST_TEST(std::fabs(tanh_portable(x) - std::tanh(x)) <= 1e-13);
  }
  BOOST_TEST(logistic(1e300) == 1);
  BOOST_TEST(logistic(-1e300) < 1e-200);
  BOOST_TEST(logistic(0) == 0.5);
}

BOOST_AUTO_TEST_CASE(eigenvectors_of_random_symmetric_matrices) {
  Stream draws(1, Purpose::ask, 0, 0, 0);
  for (const std::size_t n : {1, 2, 3, 10, 40}) {
    std::vector<double> matrix(n * n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) matrix[i * n + j] = matrix[j * n + i] = draws.normal();
    const auto [values, vectors] = symmetric_eigen(matrix, n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double product = 0, inner = 0;
        for (std::size_t k = 0; k < n; ++k) {
          product += vectors[i * n + k] * values[k] * vectors[j * n + k];
          inner += vectors[k * n + i] * vectors[k * n + j];
        }
        BOOST_TEST(std::fabs(product - matrix[i * n + j]) < 1e-12);
        BOOST_TEST(std::fabs(inner - (i == j)) < 1e-13);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_policy_learns_a_genome_and_avoids_another) {
  const Space space = six_edges();
  Stream draws(2, Purpose::ask, 0, 0, 0);
  const Genome wanted = {0, 1, 2, 3, 4, 0};
  const auto share = [&](const Policy& policy) {
    int count = 0;
    for (int i = 0; i < 200; ++i) count += policy.sample(draws) == wanted;
    return count / 200.0;
  };
  Policy policy(space, {.learning = 0.05, .entropy = 0}, draws);
  std::map<double, int> first;
  for (int i = 0; i < 1000; ++i) ++first[policy.sample(draws)[0]];
  for (double value = 0; value < 5; ++value) BOOST_TEST(std::abs(first[value] - 200) < 60);   // uniform at first
  for (int i = 0; i < 60; ++i) policy.reinforce(wanted, 1);
  BOOST_TEST(share(policy) > 0.9);
  Policy other(space, {.learning = 0.05, .entropy = 0}, draws);
  for (int i = 0; i < 60; ++i) other.reinforce(wanted, -1);
  for (int i = 0; i < 200; ++i) {
    const auto genome = other.sample(draws);
    for (std::size_t gene = 0; gene < 6; ++gene) BOOST_TEST(genome[gene] != wanted[gene]);
  }
}

BOOST_AUTO_TEST_CASE(a_policy_remembers_what_it_chose_before) {   // a product of marginals could not
  const Space space = space_of({.name = "onemax", .dimensions = 4});
  Stream draws(3, Purpose::ask, 0, 0, 0);
  Policy policy(space, {.learning = 0.01, .entropy = 0.3}, draws);
  for (int i = 0; i < 1500; ++i) {
    const auto genome = policy.sample(draws);
    policy.reinforce(genome, genome[0] == genome[3] ? 1 : -1);
  }
  int equal = 0, ones = 0;
  for (int i = 0; i < 400; ++i) {
    const auto genome = policy.sample(draws);
    equal += genome[0] == genome[3];
    ones += genome[0] == 1;
  }
  BOOST_TEST(equal > 360);
  BOOST_TEST(ones > 20);
  BOOST_TEST(ones < 380);
}

BOOST_AUTO_TEST_CASE(a_policy_finds_a_real_value) {
  const Space space = space_of({.name = "sphere", .dimensions = 2});
  Stream draws(4, Purpose::ask, 0, 0, 0);
  Policy policy(space, {.learning = 0.02, .entropy = 0}, draws);
  for (int i = 0; i < 3000; ++i) {
    const auto genome = policy.sample(draws);
    policy.reinforce(genome, 0.5 - std::fabs(genome[0] - 2) / 2);
  }
  double mean = 0;
  for (int i = 0; i < 200; ++i) mean += policy.sample(draws)[0] / 200;
  BOOST_TEST(std::fabs(mean - 2) < 0.5);
}

BOOST_AUTO_TEST_CASE(learned_distributions_beat_random_search_where_there_is_structure_and_only_there) {
  const auto mean = [&](const char* name, Fitness fitness, int asks, int window) {
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
      sum += best_of(run(name, six_edges(), fitness, asks, seed, window)) / 20;
    return sum;
  };
  for (const char* name : {"reinforce", "nes"}) {
    BOOST_TEST_CONTEXT(name) {
      for (const int window : {1, 8})
        BOOST_TEST(mean(name, of_edges, 300, window) > mean("random", of_edges, 300, 1) + 1.5);
      BOOST_TEST(std::fabs(mean(name, of_noise, 300, 1) - mean("random", of_noise, 300, 1)) < 0.005);
      BOOST_TEST(best_of(run(name, space_of({.name = "onemax", .dimensions = 30}), of_ones, 1500, 1, 8)) >= 28);
    }
  }
}

BOOST_AUTO_TEST_CASE(distributions_over_reals_contract) {
  const Space space = space_of({.name = "sphere", .dimensions = 6});
  const double random = best_of(run("random", space, of_sphere, 1500, 1));
  BOOST_TEST(random < -1);
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    BOOST_TEST(best_of(run("nes", space, of_sphere, 1500, seed, 8)) > -1e-4);
    BOOST_TEST(best_of(run("cmaes", space, of_sphere, 1500, seed, 8)) > -1e-8);
    BOOST_TEST(best_of(run("reinforce", space, of_sphere, 1500, seed, 8)) > random + 0.5);
  }
}

BOOST_AUTO_TEST_CASE(cmaes_follows_the_valley_of_rosenbrock_within_the_published_number_of_evaluations) {
  const Space space = space_of({.name = "rosenbrock", .dimensions = 10});
  for (const int window : {1, 8}) {
    std::vector<int> evaluations;
    for (std::uint64_t seed = 0; seed < 9; ++seed)
      evaluations.push_back(until(run("cmaes", space, of_rosenbrock, 12000, seed, window), -1e-8));
    std::ranges::sort(evaluations);
    BOOST_TEST_MESSAGE("window " << window << ": " << evaluations[0] << " to " << evaluations[8] << ", median "
                                 << evaluations[4]);
    BOOST_TEST(evaluations[4] <= 8000);
  }
}

BOOST_AUTO_TEST_CASE(cmaes_starts_anew_when_it_has_converged) {
  const Space space({{.name = "x", .kind = GeneKind::real, .low = -4, .high = 4}});
  const auto wells = [](const Genome& genome, const Digest&) {   // a wide one at -2, a deeper one at 3
    return std::max(-std::fabs(genome[0] + 2), 1 - 4 * std::fabs(genome[0] - 3));
  };
  for (std::uint64_t seed = 0; seed < 5; ++seed) BOOST_TEST(best_of(run("cmaes", space, wells, 6000, seed)) > 0.999);
}

BOOST_AUTO_TEST_CASE(cmaes_refuses_what_is_not_real) {
  for (const auto& space : {six_edges(), mixed_space()}) {
    BOOST_CHECK_EXCEPTION(make_strategy(kind("cmaes"), space), InputError, [](const InputError& error) {
      return std::string(error.what()).find("allowed are genes of kind \"real\"") != std::string::npos;
    });
  }
  BOOST_CHECK_THROW(make_strategy(kind("cmaes"), space_of({.name = "sphere", .dimensions = 401})), InputError);
}

BOOST_AUTO_TEST_CASE(every_ask_on_every_space_is_valid_and_equal_streams_give_equal_asks) {
  const Space spaces[] = {six_edges(), mixed_space(), space_of({.name = "sphere", .dimensions = 5})};
  for (const char* name : {"local", "reinforce", "nes", "cmaes", "portfolio"}) {
    for (std::size_t i = 0; i < std::size(spaces); ++i) {
      if (name == std::string("cmaes") && i < 2) continue;
      for (const Fitness fitness : {of_noise, of_failures}) {
        const auto first = run(name, spaces[i], fitness, 400, 5, 8), second = run(name, spaces[i], fitness, 400, 5, 8),
                   other = run(name, spaces[i], fitness, 400, 6, 8);
        int equal = 0;
        for (std::size_t n = 0; n < first.size(); ++n) {
          BOOST_REQUIRE(spaces[i].valid(first[n].proposal.genome));
          BOOST_REQUIRE(first[n].proposal.genome == second[n].proposal.genome);
          BOOST_REQUIRE((first[n].proposal.parents == second[n].proposal.parents &&
                         first[n].proposal.op == second[n].proposal.op));
          equal += first[n].proposal.genome == other[n].proposal.genome;
        }
        BOOST_TEST(equal < 40);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_known_genome_is_asked_again_only_when_all_are_known) {
  for (const char* name : {"reinforce", "nes"}) {
    const auto all = run(name, six_edges(), of_edges, 600, 7, 8);
    std::set<Genome> distinct;
    for (const auto& told : all) distinct.insert(told.proposal.genome);
    BOOST_TEST(distinct.size() > 590u);
  }
}

BOOST_AUTO_TEST_CASE(immigrants_move_the_distribution) {
  const Space space = space_of({.name = "onemax", .dimensions = 20});
  for (const char* name : {"reinforce", "nes"}) {
    const auto ones = [&](bool with) {
      const auto strategy = make_strategy(kind(name), space);
      for (int n = 0; n < 100; ++n) {
        Stream draws(8, Purpose::ask, 0, 0, std::uint32_t(n));
        const auto genome = strategy->ask(n, draws).genome;
        if (with && n % 4 == 0) strategy->immigrate({.origin = {1, n}, .genome = Genome(20, 1), .fitness = 1});
        strategy->tell({.origin = {0, n}, .genome = genome, .fitness = draws.unit()}, draws);
      }
      double sum = 0;
      for (int n = 100; n < 200; ++n) {
        Stream draws(8, Purpose::ask, 0, 0, std::uint32_t(n));
        sum += of_ones(strategy->ask(n, draws).genome, {}) / 100;
      }
      return sum;
    };
    BOOST_TEST(ones(true) > ones(false) + 2);
  }
}

BOOST_AUTO_TEST_CASE(a_portfolio_asks_more_of_the_member_that_succeeds) {
  auto settings = kind("portfolio");
  settings.members = {"random", "local"};
  const Space space = space_of({.name = "onemax", .dimensions = 60});
  for (const Fitness fitness : {of_ones, of_noise}) {
    const auto strategy = make_strategy(settings, space);
    const auto all = run(*strategy, fitness, 200, 9, 4);
    const auto climbs =
        std::ranges::count_if(all, [](const Told& told) { return told.proposal.op == Operator::mutation; });
    BOOST_TEST((fitness == of_ones ? climbs > 140 : climbs < 130), climbs);
  }
  settings.members = {"cmaes"};
  BOOST_CHECK_THROW(make_strategy(settings, space), InputError);
  settings.members = {};
  BOOST_CHECK_THROW(make_strategy(settings, space), InputError);
}
