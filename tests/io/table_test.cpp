#include "io/table.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace archipel;

namespace {

struct File {
  std::string path = "table_test.csv";
  explicit File(const std::string& text) { std::ofstream(path) << text; }
  ~File() { std::filesystem::remove(path); }
};

TableSettings settings() {
  TableSettings result;
  result.key = "ops";
  result.objective = "accuracy";
  result.reported = {"final", "size"};
  result.cost_columns = {"train", "test"};
  result.cost_weights = {0.5, 1};
  return result;
}

std::string message(const TableSettings& wanted, const std::string& text) {
  const File file(text);
  try {
    io::read_table(wanted, file.path);
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

const std::string good =
    "ops,accuracy,final,size,train,test\n10,91.5,94,7,3,0.25\n00,90,93,6,0,0\n01,89,92,5,1,1.0004\n";

}   // namespace

BOOST_AUTO_TEST_CASE(a_table_is_sorted_by_key_with_costs_in_milliseconds) {
  const File file(good);
  const auto table = io::read_table(settings(), file.path);
  BOOST_TEST(table.keys == (std::vector<std::string>{"00", "01", "10"}));
  BOOST_TEST(table.objectives == (std::vector<double>{90, 89, 91.5}));
  BOOST_TEST(table.reported == (std::vector<double>{93, 6, 92, 5, 94, 7}));
  BOOST_TEST(table.costs == (std::vector<std::uint64_t>{1, 1500, 1750}));   // at least one unit

  std::vector<Gene> genes(2);
  for (auto& gene : genes) gene.choices = {"0", "1"};
  const Space space(std::move(genes));
  TableEvaluator evaluator(settings(), table, space);
  BOOST_TEST(evaluator.evaluate({1, 0}, {}).objectives == std::vector<double>{91.5});
  BOOST_TEST(evaluator.evaluate({1, 0}, {}).reported == (std::vector<double>{94, 7}));
  BOOST_CHECK_THROW(evaluator.cost({1, 1}), InputError);
}

BOOST_AUTO_TEST_CASE(without_cost_columns_a_row_costs_a_second) {
  const File file(good);
  auto wanted = settings();
  wanted.cost_columns.clear();
  wanted.cost_weights.clear();
  BOOST_TEST(io::read_table(wanted, file.path).costs == std::vector<std::uint64_t>(3, 1000));
}

BOOST_AUTO_TEST_CASE(the_digest_follows_the_content_not_its_order) {
  const auto digest = [](const std::string& text) {
    const File file(text);
    return io::read_table(settings(), file.path).digest;
  };
  BOOST_TEST(
      (digest(good) ==
       digest("ops,accuracy,final,size,train,test\n01,89,92,5,1,1.0004\n10,91.5,94,7,3,0.25\n00,90,93,6,0,0\n")));
  for (const auto& [from, to] :
       {std::pair("91.5", "91.6"), std::pair("94", "95"), std::pair("0.25", "0.35"), std::pair("10,", "11,")}) {
    auto changed = good;
    changed.replace(changed.find(from), std::string(from).size(), to);
    BOOST_TEST((digest(changed) != digest(good)), from);
  }
}

BOOST_AUTO_TEST_CASE(wrong_tables_are_refused_with_their_place) {
  const std::string header = "ops,accuracy,final,size,train,test\n";
  BOOST_TEST(message(settings(), header) == "table_test.csv: no rows after the header");
  BOOST_TEST(message(settings(), header + "1,1,1,1,1,1\n2,1,1,1,1,1\n1,2,2,2,2,2\n") ==
             "table_test.csv:4: key '1' is also on line 2");
  BOOST_TEST(message(settings(), header + "1,1,1,1,1,1\n2,1,1,1,-9,1\n").find("table_test.csv:3: cost -3.5") == 0u);
  BOOST_TEST(message(settings(), header + "1,one,1,1,1,1\n") ==
             "table_test.csv:2: column 'accuracy': 'one' is not a finite number");
  auto wanted = settings();
  wanted.reported = {"finall"};
  BOOST_TEST(message(wanted, good) == "table_test.csv: no column 'finall'; the nearest is 'final'");
  wanted = settings();
  wanted.cost_columns[1] = "tets";
  BOOST_TEST(message(wanted, good) == "table_test.csv: no column 'tets'; the nearest is 'test'");
}
