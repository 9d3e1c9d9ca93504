#include "search/variation.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <map>

using namespace archipel;

namespace {

Stream stream(std::uint32_t a, std::uint32_t b = 0) { return Stream(31, Purpose::ask, 0, a, b); }

CellGraph live_cell(Stream& draws, int nodes = 6) {
  auto graph = random_cell(nodes, 12, 4, draws);
  return canonical(graph, -1);
}

int live_nodes(const CellGraph& graph) { return std::popcount(graph.live()) - 2; }

}   // namespace

BOOST_AUTO_TEST_CASE(numbers_of_changes_have_the_mean_that_is_asked) {
  double sum = 0;
  auto draws = stream(1);
  for (int i = 0; i < 20000; ++i) {
    const int count = change_count(2.5, 100, draws);
    BOOST_REQUIRE(count >= 1);
    sum += count;
  }
  BOOST_TEST(std::fabs(sum / 20000 - 2.5) < 0.05);
  BOOST_TEST(change_count(0.3, 10, draws) == 1);
  for (int i = 0; i < 100; ++i) BOOST_TEST(change_count(1e9, 4, draws) == 4);
}

BOOST_AUTO_TEST_CASE(an_operation_change_changes_one_operation) {
  for (std::uint32_t i = 0; i < 2000; ++i) {
    auto draws = stream(2, i);
    const auto before = live_cell(draws);
    auto after = before;
    change_operation(after, 4, draws);
    BOOST_TEST((after.in == before.in));
    int changed = 0;
    for (int v = 1; v <= 6; ++v) changed += after.operation[v] != before.operation[v];
    BOOST_REQUIRE_EQUAL(changed, live_nodes(before) > 0 ? 1 : 0);
  }
}

BOOST_AUTO_TEST_CASE(an_edge_flip_flips_one_edge_between_live_vertices) {
  int added = 0, removed = 0;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    auto draws = stream(3, i);
    const auto before = live_cell(draws);
    auto after = before;
    flip_edge(after, draws);
    int flipped = 0;
    for (int to = 1; to <= 7; ++to) {
      flipped += std::popcount(unsigned(after.in[to] ^ before.in[to]));
      BOOST_REQUIRE_EQUAL(after.in[to] & ~before.live() & ~1u, 0u);
    }
    BOOST_REQUIRE_EQUAL(flipped, 1);
    (after.edges() > before.edges() ? added : removed)++;
  }
  BOOST_TEST(std::abs(added - removed) < 400);
}

BOOST_AUTO_TEST_CASE(a_split_puts_a_node_on_an_edge) {
  for (std::uint32_t i = 0; i < 2000; ++i) {
    auto draws = stream(4, i);
    const auto before = live_cell(draws);
    if (live_nodes(before) == 6) continue;
    auto after = before;
    split_edge(after, 4, draws);
    BOOST_REQUIRE_EQUAL(live_nodes(after), live_nodes(before) + 1);
    BOOST_REQUIRE_EQUAL(after.edges(), before.edges() + 1);
    // Leaving the new node out again gives the old graph: were it an identity, the old canonical form would come back.
    bool undone = false;
    for (int v = 1; v <= 6; ++v) {
      auto marked = after;
      if (std::popcount(marked.in[v]) != 1 || std::popcount(marked.out(v)) != 1) continue;
      marked.operation[v] = 99;
      undone = undone || canonical(marked, 99) == before;
    }
    BOOST_REQUIRE(undone);
  }
}

BOOST_AUTO_TEST_CASE(mutation_and_crossover_reach_all_sizes_and_keep_genomes_valid) {
  const Space space = make_space(Study{});
  std::map<int, int> sizes;
  auto draws = stream(5);
  Genome genome = space.random(draws);
  for (int i = 0; i < 20000; ++i) {
    genome = mutated(space, std::move(genome), 1, draws);
    BOOST_REQUIRE(space.valid(genome));
    ++sizes[live_nodes(read_cell(*space.cell(), genome))];
  }
  for (int k = 0; k <= 6; ++k) BOOST_TEST(sizes[k] > 20, "size " << k << ": " << sizes[k]);
  for (int i = 0; i < 3000; ++i)
    BOOST_REQUIRE(space.valid(crossed(space, space.random(draws), space.random(draws), draws)));
}

BOOST_AUTO_TEST_CASE(a_child_of_equal_parents_is_their_like) {
  const Space space = make_space(Study{});
  for (std::uint32_t i = 0; i < 500; ++i) {
    auto draws = stream(6, i);
    const auto genome = space.random(draws);
    BOOST_REQUIRE(crossed(space, genome, genome, draws) == genome);
  }
}

BOOST_AUTO_TEST_CASE(genes_that_cannot_change_are_left_alone) {
  Study study;
  study.space.kind = "genes";
  study.space.genes = {{.name = "only", .choices = {"one"}},
                       {.name = "mode", .choices = {"plain", "rich"}},
                       {.name = "rate", .kind = "real", .low = 1, .high = 2}};
  study.space.genes[2].when = "mode";
  study.space.genes[2].when_values = {"rich"};
  const Space space = make_space(study);
  int drawn = 0;
  for (std::uint32_t i = 0; i < 200; ++i) {
    auto draws = stream(7, i);
    const auto child = mutated(space, {0, 0, 1}, 1, draws);   // the rate is inactive: only the mode can change
    BOOST_REQUIRE(child[1] == 1);
    drawn += child[2] != 1;
  }
  BOOST_TEST(drawn > 190);   // a gene that becomes active is drawn
  const Space fixed(std::vector<Gene>{{.name = "only", .choices = {"one"}}});
  auto draws = stream(8);
  BOOST_TEST(mutated(fixed, {0}, 3, draws) == Genome{0});
}
