#include "io/schema.hpp"

#include "base/error.hpp"
#include "io/records.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

using namespace archipel;
using namespace archipel::io;

namespace {

Space space_of(std::vector<std::string> names) {
  std::vector<Gene> genes;
  for (auto& name : names)
    genes.push_back({.name = std::move(name), .kind = GeneKind::real, .choices = {}, .when = {}});
  return Space(std::move(genes));
}

const StageLayout search{.kind = "search",
                         .max_migrations = 5,
                         .curve_points = 2,
                         .objectives = {{"accuracy", "share"}},
                         .reported = {"test"}};

}   // namespace

BOOST_AUTO_TEST_CASE(columns_have_names_of_their_own_and_do_not_overlap) {
  for (const auto& record : {row_record(space_of({"a", "cost", "cost_2", "accuracy", "checksum", "test"}), search),
                             curve_record(), migration_record(), opening_record(), ended_record(), run_record()}) {
    std::set<std::string> names;
    std::set<std::size_t> used;
    for (const auto& column : record.columns) {
      BOOST_TEST(names.insert(column.name).second, column.name);
      BOOST_TEST(column.offset % size_of(column.type) == 0u);
      for (std::size_t i = 0; i < size_of(column.type); ++i)
        BOOST_TEST(used.insert(column.offset + i).second, column.name);
    }
    BOOST_TEST(*used.rbegin() < record.bytes);
  }
  const auto row = row_record(space_of({"cost"}), search);
  BOOST_TEST(row.columns.front().name == "cost_2");
  BOOST_TEST(row.columns.back().name == "checksum");
  BOOST_TEST(row.columns.back().offset == row.bytes - 8);
}

BOOST_AUTO_TEST_CASE(island_regions_fill_whole_stripes) {
  std::mt19937_64 draws(3);
  for (int round = 0; round < 1000; ++round) {
    const auto record = 64 * (1 + draws() % 40);
    const auto stripe = std::int64_t{512} << draws() % 14;
    const auto wanted = std::int64_t(1 + draws() % 100'000);
    const auto rows = rows_in_file(wanted, record, stripe);
    BOOST_TEST(rows >= wanted);
    BOOST_TEST(rows < wanted + stripe / 64);
    BOOST_TEST(rows * std::int64_t(record) % stripe == 0);
    BOOST_TEST(rows_in_file(rows, record, stripe) == rows);
  }
}

BOOST_AUTO_TEST_CASE(a_space_beyond_an_hdf5_record_is_the_users_mistake) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("gene" + std::to_string(i));
  BOOST_CHECK_THROW(row_record(space_of(names), search), InputError);
  names.resize(1000);
  BOOST_CHECK_NO_THROW(row_record(space_of(names), search));
}

BOOST_AUTO_TEST_CASE(the_page_is_the_one_that_the_schema_makes) {
  const auto page = schema_page();
  if (const char* path = std::getenv("ARCHIPEL_WRITE_PAGE")) std::ofstream(path) << page;
  std::ifstream file(RESULTS_PAGE);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  BOOST_TEST((text == page),
             "docs/results-file.md is stale: run this test with ARCHIPEL_WRITE_PAGE=docs/results-file.md");
}
