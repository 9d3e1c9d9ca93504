#include "base/error.hpp"
#include "search/gene.hpp"
#include "search/strategy_runs.hpp"
#include "search/unit_scale.hpp"
#include "search/variation.hpp"
#include "study/settings.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace archipel {
namespace {

constexpr double top = 0x1p53;   // up to which a double holds each whole number

Gene whole(double low, double high) { return {.name = "w", .kind = GeneKind::integer, .low = low, .high = high}; }
Gene real(double low, double high) { return {.name = "r", .kind = GeneKind::real, .low = low, .high = high}; }
Gene logarithmic(double low, double high) {
  return {.name = "l", .kind = GeneKind::log_real, .low = low, .high = high};
}

Space of(std::vector<Gene> genes) { return Space(std::move(genes)); }

/// Spaces at the edges of what a study may say, by what is awkward about them.
std::map<std::string, Space> awkward() {
  Gene under{.name = "under", .choices = {"x", "y"}, .when = Gene::Condition{.gene = 0, .values = {1}}};
  return {
      {"one genome", of({{.name = "a", .choices = {"only"}}})},
      {"one ordinal genome", of({{.name = "a", .kind = GeneKind::ordinal, .choices = {"only"}}})},
      {"two genomes", of({{.name = "a", .choices = {"0", "1"}}})},
      {"two whole numbers", of({whole(7, 8)})},
      {"the largest whole numbers", of({whole(top - 2, top)})},
      {"the smallest whole numbers", of({whole(-top, -top + 2)})},
      {"64 of the largest", of({whole(top - 63, top)})},
      {"65 of the largest", of({whole(top - 64, top)})},
      {"all whole numbers", of({whole(-top, top)})},
      {"an odd range beyond them", of({whole(-3, top)})},
      {"all real numbers", of({real(-1e300, 1e300)})},
      {"two real numbers", of({real(1, std::nextafter(1.0, 2.0))})},
      {"real numbers next to 0", of({real(0, 5e-324)})},
      {"logarithms of all", of({logarithmic(1e-300, 1e300)})},
      {"logarithms below floats", of({logarithmic(1e-50, 1e-40)})},
      {"logarithms above floats", of({logarithmic(1e40, 1e50)})},
      {"logarithms across the least float", of({logarithmic(1e-46, 1e-36)})},
      {"two logarithms", of({logarithmic(1, std::nextafter(1.0, 2.0))})},
      {"a condition", of({{.name = "a", .choices = {"p", "q"}}, under})},
      {"kinds beside each other", of({whole(top - 2, top), real(-1e300, 1e300), logarithmic(1e-300, 1e-290)})},
  };
}

bool only_real(const Space& space) {
  return std::ranges::none_of(space.genes(), [](const Gene& gene) { return integral(gene.kind); });
}

std::vector<std::string> strategies() {
  const auto allowed = find_setting("stage[].strategy[].kind")->allowed;   // "one of evolution, ..."
  std::vector<std::string> names;
  for (std::size_t at = std::string("one of ").size(); at < allowed.size();) {
    const auto end = std::min(allowed.find(", ", at), allowed.size());
    names.push_back(allowed.substr(at, end - at));
    at = end + 2;
  }
  return names;
}

double of_values(const Genome& genome, const Digest& print) { return genome[0] / 1e301 + of_noise(genome, print); }

}   // namespace

BOOST_AUTO_TEST_CASE(every_strategy_goes_on_in_every_space) {
  const auto names = strategies();
  BOOST_TEST_REQUIRE(names.size() >= 13u);
  for (const auto& name : names) {
    for (const auto& [what, space] : awkward()) {
      if (name == "cmaes" && !only_real(space)) continue;
      BOOST_TEST_CONTEXT(name << ", " << what) {
        for (const Fitness fitness : {Fitness(of_values), Fitness(of_failures)}) {
          const auto all = run(name, space, fitness, 60, 1, 4);
          BOOST_TEST(all.size() == 60u);
          for (const auto& told : all) BOOST_REQUIRE(space.valid(told.proposal.genome));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(values_fill_the_range_and_change) {
  for (const auto& [what, space] : awkward()) {
    BOOST_TEST_CONTEXT(what) {
      const Gene& gene = space.genes()[0];
      std::set<double> drawn, placed, changed;
      for (int i = 0; i < 400; ++i) {
        Stream draws(3, Purpose::ask, 0, 0, std::uint32_t(i));
        const double value = random_value(gene, draws);
        BOOST_REQUIRE(gene.low <= value);
        BOOST_REQUIRE(value <= gene.high);
        drawn.insert(value);
        placed.insert(value_at(gene, i / 399.0));
        if (!variable(gene)) continue;
        const double other = mutated_value(gene, value, draws);
        BOOST_REQUIRE(gene.low <= other);
        BOOST_REQUIRE(other <= gene.high);
        if (integral(gene.kind)) BOOST_REQUIRE(other != value);
        changed.insert(other);
      }
      const double count = integral(gene.kind) ? gene.high - gene.low + 1 : what.find("two") == 0 ? 2 : 400;
      const auto expected = std::size_t(std::min(count, what == "real numbers next to 0" ? 2.0 : 300.0));
      BOOST_TEST(drawn.size() >= std::min<std::size_t>(expected, 300) * 9 / 10);
      BOOST_TEST(placed.size() >= expected * 9 / 10);
      if (variable(gene)) BOOST_TEST(changed.size() >= expected * 9 / 10);
    }
  }
}

BOOST_AUTO_TEST_CASE(logarithms_within_the_range_of_floats_are_floats) {
  const Gene gene = logarithmic(1e-37, 1e38);
  for (int i = 0; i < 1000; ++i) {
    Stream draws(5, Purpose::ask, 0, 0, std::uint32_t(i));
    const double value = random_value(gene, draws);
    BOOST_TEST(value == double(float(value)));
    const double other = mutated_value(gene, value, draws);
    BOOST_TEST(other == double(float(other)));
  }
}

}   // namespace archipel
