#include "search/translation.hpp"

#include "search/cell.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace archipel {
namespace {

Space cells(std::int64_t nodes, std::vector<std::string> operations, std::vector<std::int64_t> widths) {
  Study study;
  study.space.nodes = nodes;
  study.space.operations = std::move(operations);
  study.space.widths = std::move(widths);
  study.space.genes = {{.name = "rate", .kind = "log_real", .low = 0.01, .high = 1}};
  return make_space(study);
}

const std::vector<std::string> three = {"conv1x1", "conv3x3", "maxpool"};
const std::vector<std::string> five = {"sep3x3", "maxpool", "conv3x3", "avgpool", "conv1x1"};

std::string operations_of(const Space& space, const Genome& genome) {
  const auto graph = read_cell(*space.cell(), genome);
  std::string text;
  for (int v = 1; v <= graph.nodes; ++v) {
    if (graph.live() >> v & 1)
      text += space.genes()[space.cell()->operation(v)].choices[graph.operation[std::size_t(v)]] + " ";
  }
  return text;
}

BOOST_AUTO_TEST_CASE(a_wider_space_holds_every_genome_and_gives_it_back) {
  const Space narrow = cells(4, three, {16, 32}), wide = cells(7, five, {8, 32, 64, 16});
  Stream draws(4, Purpose::ask, 0, 0, 0);
  for (int i = 0; i < 300; ++i) {
    const auto genome = narrow.random(draws);
    const auto there = translated(narrow, genome, wide);
    BOOST_TEST_REQUIRE(there.has_value());
    BOOST_TEST_REQUIRE(wide.valid(*there));
    auto a = operations_of(narrow, genome), b = operations_of(wide, *there);
    std::ranges::sort(a), std::ranges::sort(b);
    BOOST_TEST_REQUIRE(a == b);
    BOOST_TEST_REQUIRE((*there)[*wide.find("rate")] == genome[*narrow.find("rate")]);
    const auto back = translated(wide, *there, narrow);
    BOOST_TEST_REQUIRE(back.has_value());
    BOOST_TEST_REQUIRE((*back == genome));
  }
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_nothing) {
  const Space wide = cells(7, five, {8, 32}), narrow = cells(2, three, {8, 32});
  Stream draws(5, Purpose::ask, 0, 0, 0);
  int fit = 0;
  for (int i = 0; i < 300; ++i) {
    if (const auto there = translated(wide, wide.random(draws), narrow)) {
      ++fit;
      BOOST_TEST_REQUIRE(narrow.valid(*there));
    }
  }
  BOOST_TEST(fit > 0);
  BOOST_TEST(fit < 200);
  Study study;
  study.space.kind = "genes";
  study.space.genes = {{.name = "rate", .kind = "real", .low = 0, .high = 1}};
  const Space genes = make_space(study);
  BOOST_TEST(!translated(wide, wide.random(draws), genes).has_value());
  study.space.genes[0].high = 0.5;
  const Space half = make_space(study);
  BOOST_TEST(!translated(genes, {0.75}, half).has_value());
  BOOST_TEST((translated(genes, {0.25}, half) == Genome{0.25}));
}

}   // namespace
}   // namespace archipel
