#include "search/space.hpp"

#include "search/gene.hpp"
#include "search/portable_math.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <set>

using namespace archipel;

namespace {

Stream stream(std::uint32_t a, std::uint32_t b = 0) { return Stream(23, Purpose::ask, 0, a, b); }

GeneSettings choice_gene(const std::string& name, std::vector<std::string> choices) {
  GeneSettings gene;
  gene.name = name;
  gene.choices = std::move(choices);
  return gene;
}

GeneSettings number_gene(const std::string& name, const std::string& kind, double low, double high) {
  GeneSettings gene;
  gene.name = name;
  gene.kind = kind;
  gene.low = low;
  gene.high = high;
  return gene;
}

/// The default cell with genes of every kind beside it, one of them conditional on another that is conditional itself.
Study rich_study() {
  Study study;
  auto& genes = study.space.genes;
  genes.push_back(choice_gene("optimiser", {"sgd", "adamw"}));
  genes.push_back(choice_gene("schedule", {"flat", "cosine"}));
  genes.back().when = "optimiser";
  genes.back().when_values = {"adamw"};
  genes.push_back(number_gene("decay", "log_real", 1e-6, 1e-2));
  genes.back().when = "schedule";
  genes.back().when_values = {"cosine"};
  genes.push_back(number_gene("dropout", "real", 0, 0.5));
  genes.push_back(number_gene("shift", "integer", -2, 4));
  return study;
}

Genome garbage(const Space& space, Stream& draws) {
  Genome genome(space.size());
  for (auto& value : genome) {
    value = draws.chance(0.1) ? std::numeric_limits<double>::quiet_NaN() : 20 * draws.unit() - 10;
    if (draws.chance(0.1)) value = draws.chance(0.5) ? 1e300 : -std::numeric_limits<double>::infinity();
  }
  return genome;
}

}   // namespace

BOOST_AUTO_TEST_CASE(genes_of_a_cell_space_have_the_agreed_names) {
  const Space space = make_space(rich_study());
  BOOST_TEST(space.size() == 6u + 28u + 2u * 3u + 1u + 5u);
  const auto& cell = *space.cell();
  BOOST_TEST(space.genes()[cell.operation(1)].name == "cell.op.1");
  BOOST_TEST(space.genes()[cell.operation(6)].name == "cell.op.6");
  std::set<std::size_t> places;
  for (int from = 0; from < 7; ++from) {
    for (int to = from + 1; to <= 7; ++to) {
      const auto place = cell.edge(from, to);
      places.insert(place);
      BOOST_TEST(space.genes()[place].name == "cell.edge." + std::to_string(from) + "." + std::to_string(to));
    }
  }
  BOOST_TEST(places.size() == cell.edge_count());
  BOOST_TEST(cell.identity == 7);
  BOOST_TEST(space.genes()[*space.find("width.3")].choices.at(2) == "16");
  BOOST_TEST(space.find("cells.1").has_value());
  BOOST_TEST(space.find("cells.3").has_value());
  BOOST_TEST(!space.find("cells.4").has_value());
  BOOST_TEST(!space.find("").has_value());
}

BOOST_AUTO_TEST_CASE(a_function_without_genes_gets_its_own) {
  Study study;
  study.space.kind = "genes";
  study.evaluator.kind = "function";
  study.evaluator.function.dimensions = 7;
  const Space real = make_space(study);
  BOOST_TEST(real.size() == 7u);
  BOOST_TEST(real.genes()[6].name == "x.7");
  BOOST_TEST(real.genes()[0].low == -5.12);
  study.evaluator.function.name = "trap";
  BOOST_TEST(make_space(study).genes()[0].choices.size() == 2u);
}

BOOST_AUTO_TEST_CASE(the_default_space_has_a_thousand_million_canonical_cells) {
  const Space space = make_space(Study{});
  BOOST_TEST_MESSAGE("log10 of canonical cells at least " << space.log10_canonical_cells() << ", raw genomes "
                                                          << space.log10_size());
  BOOST_TEST(space.log10_canonical_cells() >= 9);
  BOOST_TEST(space.log10_size() == 6 * std::log10(8.0) + 28 * std::log10(2.0) + 3 * std::log10(7.0) +
                                       3 * std::log10(2.0) + std::log10(3.0),
             boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(random_and_repaired_genomes_are_valid) {
  const Space space = make_space(rich_study());
  for (std::uint32_t i = 0; i < 3000; ++i) {
    auto draws = stream(1, i);
    const auto genome = space.random(draws);
    BOOST_REQUIRE(space.valid(genome));
    BOOST_REQUIRE(space.canonical(genome) == genome);
    BOOST_REQUIRE(space.repaired(genome, draws) == genome);
    BOOST_REQUIRE(space.valid(space.repaired(garbage(space, draws), draws)));
  }
}

BOOST_AUTO_TEST_CASE(genomes_that_are_not_valid_are_told) {
  const Space space = make_space(rich_study());
  auto draws = stream(2);
  const auto genome = space.random(draws);
  BOOST_TEST(!space.valid({}));
  for (std::size_t i = 0; i < space.size(); ++i) {
    for (const double wrong :
         {-1e9, 1e9, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
      auto broken = genome;
      broken[i] = wrong;
      BOOST_TEST(!space.valid(broken));
    }
  }
  auto broken = genome;
  broken[*space.find("shift")] = 0.5;
  BOOST_TEST(!space.valid(broken));
  broken = genome;
  const auto& cell = *space.cell();
  for (int from = 0; from < 7; ++from) broken[cell.edge(from, 7)] = 0;   // nothing reaches the output
  BOOST_TEST(!space.valid(broken));
  broken = genome;
  for (std::size_t e = 0; e < cell.edge_count(); ++e) broken[cell.first_edge + e] = 1;
  BOOST_TEST(!space.valid(broken));
}

BOOST_AUTO_TEST_CASE(inactive_genes_hold_their_low) {
  const Space space = make_space(rich_study());
  const auto optimiser = *space.find("optimiser"), schedule = *space.find("schedule"), decay = *space.find("decay");
  auto draws = stream(3);
  auto genome = space.random(draws);
  genome[optimiser] = 1;
  genome[schedule] = 1;
  genome[decay] = 1e-3;
  genome = space.canonical(genome);
  BOOST_TEST(space.active(genome, decay));
  BOOST_TEST(genome[decay] == 1e-3);
  genome[optimiser] = 0;
  BOOST_TEST(!space.active(genome, decay));   // through the inactive gene between
  BOOST_TEST(!space.valid(genome));
  genome = space.canonical(genome);
  BOOST_TEST(genome[schedule] == 0);
  BOOST_TEST(genome[decay] == 1e-6);
  BOOST_TEST(space.valid(genome));
}

BOOST_AUTO_TEST_CASE(values_are_drawn_over_the_whole_range) {
  const Gene integer{.name = "n", .kind = GeneKind::integer, .low = -3, .high = 3};
  const Gene log_real{.name = "l", .kind = GeneKind::log_real, .low = 1e-5, .high = 1e-1};
  std::map<double, int> counts;
  double below = 0;
  auto draws = stream(4);
  for (int i = 0; i < 7000; ++i) {
    ++counts[random_value(integer, draws)];
    const double value = random_value(log_real, draws);
    BOOST_REQUIRE(value >= 1e-5 && value <= 1e-1);
    below += value < 1e-3;
  }
  BOOST_TEST(counts.size() == 7u);
  for (const auto& [value, count] : counts) BOOST_TEST((count > 850 && count < 1150));
  BOOST_TEST(std::fabs(below / 7000 - 0.5) < 0.03);
}

BOOST_AUTO_TEST_CASE(mutated_values_are_allowed_and_differ) {
  auto draws = stream(5);
  const std::vector<Gene> genes = {{.name = "c", .kind = GeneKind::categorical, .low = 0, .high = 4},
                                   {.name = "two", .kind = GeneKind::categorical, .low = 0, .high = 1},
                                   {.name = "o", .kind = GeneKind::ordinal, .low = 0, .high = 6},
                                   {.name = "i", .kind = GeneKind::integer, .low = -20, .high = 80},
                                   {.name = "bit", .kind = GeneKind::integer, .low = 0, .high = 1},
                                   {.name = "r", .kind = GeneKind::real, .low = -1, .high = 3},
                                   {.name = "l", .kind = GeneKind::log_real, .low = 1e-4, .high = 10}};
  for (const auto& gene : genes) {
    double steps = 0;
    for (int i = 0; i < 5000; ++i) {
      const double value = random_value(gene, draws), other = mutated_value(gene, value, draws);
      BOOST_REQUIRE(other >= gene.low && other <= gene.high);
      BOOST_REQUIRE_EQUAL(repaired_value(gene, other), other);
      if (integral(gene.kind)) BOOST_REQUIRE_NE(other, value);
      steps += std::fabs(other - value) == 1;
    }
    if (gene.name == "o") BOOST_TEST(steps > 4000);
  }
}

BOOST_AUTO_TEST_CASE(portable_functions_agree_with_libm) {
  auto draws = stream(6);
  for (int i = 0; i < 20000; ++i) {
    const double x = 40 * draws.unit() - 20;
    BOOST_REQUIRE_SMALL(cos_turns(x) - std::cos(2 * std::acos(-1.0) * (x - std::floor(x))), 1e-14);
    BOOST_REQUIRE_CLOSE_FRACTION(exp2_portable(x), std::exp2(x), 1e-14);
    const double positive = std::exp2(20 * x);
    BOOST_REQUIRE_SMALL(log2_portable(positive) - std::log2(positive), 1e-12);
  }
  BOOST_TEST(cos_turns(0.0) == 1.0);
  BOOST_TEST(cos_turns(-3.0) == 1.0);
  BOOST_TEST(cos_turns(0.5) == -1.0);
  BOOST_TEST(log2_portable(8.0) == 3.0);
  BOOST_TEST(exp2_portable(-4.0) == 0.0625);
}
