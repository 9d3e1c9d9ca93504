#include "search/genome_text.hpp"

#include "base/error.hpp"
#include "search/cell.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

namespace archipel {
namespace {

Space cells() {
  Study study;
  study.space.nodes = 4;
  study.space.edges = 5;
  study.space.genes = {{.name = "rate", .kind = "log_real", .low = 0.01, .high = 1},
                       {.name = "depth", .kind = "integer", .low = 2, .high = 9},
                       {.name = "head", .kind = "categorical", .choices = {"mean", "max"}},
                       {.name = "share", .kind = "real", .low = 0, .high = 1, .when = "head", .when_values = {"max"}}};
  return make_space(study);
}

BOOST_AUTO_TEST_CASE(every_genome_comes_back_from_its_text) {
  const Space space = cells();
  Stream draws(3, Purpose::ask, 0, 0, 0);
  for (int i = 0; i < 500; ++i) {
    const auto genome = space.random(draws);
    const auto text = text_of(space, genome);
    BOOST_TEST((genome_from(space, text, "here") == genome), text);
  }
}

BOOST_AUTO_TEST_CASE(genes_that_are_left_out_have_their_lowest_value) {
  const Space space = cells();
  const auto genome = genome_from(space, " cell.edge.0.5 = 1,\n depth=7 , head=max,", "here");
  BOOST_TEST(space.valid(genome));
  BOOST_TEST(genome[*space.find("depth")] == 7);
  BOOST_TEST(genome[*space.find("rate")] == 0.01);
  BOOST_TEST(genome[*space.find("share")] == 0);
  BOOST_TEST(read_cell(*space.cell(), genome).edges() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_with_what_is_allowed) {
  const Space space = cells();
  const std::string path = "cell.edge.0.5=1, ";
  const std::map<std::string, std::string> mistakes{
      {path + "depth", "stage.0.given.2: 'depth': wanted is gene=value"},
      {path + "dept=3", "dept is no gene of this space, which has cell.op.1, "},
      {path + "depth=3, depth=3", "depth stands there twice"},
      {path + "depth=10", "depth = 10: allowed 2 to 9"},
      {path + "depth=2.5", "depth = 2.5: allowed 2 to 9"},
      {path + "depth=", "depth = : allowed 2 to 9"},
      {path + "depth=3x", "depth = 3x: allowed 2 to 9"},
      {path + "rate=nan", "rate = nan: allowed 0.01 to 1"},
      {path + "head=min", "head = min: allowed mean, max"},
      {path + "head=mean, share=0.5", "share is of no use: its condition"},
      {path + "cell.op.2=sep3x3", "cell.op.2 is of no use: vertex 2 is on no path"},
      {path + "cell.edge.0.3=1", "cell.edge.0.3 is of no use: vertex 3 is on no path"},
      {"", "no path from its input (vertex 0) to its output (vertex 5)"},
      {"cell.edge.0.1=1, cell.edge.2.5=1", "no path from its input"},
      {"cell.edge.0.1=1, cell.edge.1.5=1, cell.edge.0.2=1, cell.edge.2.5=1, cell.edge.0.3=1, cell.edge.3.5=1",
       "the cell has 6 edges; allowed are 5 (space.edges)"}};
  for (const auto& [text, part] : mistakes) {
    BOOST_CHECK_EXCEPTION(genome_from(space, text, "stage.0.given.2"), InputError, [&part = part](const InputError& e) {
      BOOST_TEST_INFO(e.what());
      return std::string(e.what()).find(part) != std::string::npos;
    });
  }
}

}   // namespace
}   // namespace archipel
