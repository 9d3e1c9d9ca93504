#include "io/table.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
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

BOOST_AUTO_TEST_CASE(each_gene_may_have_a_column) {
  TableSettings wanted;
  wanted.key = std::vector<std::string>{"depth", "width"};
  wanted.objective = "score";
  const std::string header = "width,score,depth\n";
  const File file(header + "11,1,1\n1,2,11\n");
  const auto table = io::read_table(wanted, file.path);
  BOOST_TEST(table.keys == (std::vector<std::string>{"1\x1f"
                                                     "11",
                                                     "11\x1f"
                                                     "1"}));
  BOOST_TEST(table.objectives == (std::vector<double>{1, 2}));
  BOOST_TEST(message(wanted, header + "11,1,1\n1,2,1\n11,3,1\n") ==
             "table_test.csv:4: depth = 1, width = 11 is also on line 2");
}

BOOST_AUTO_TEST_CASE(several_objectives_and_failures_are_read) {
  TableSettings wanted;
  wanted.key = "k";
  wanted.objective = std::vector<std::string>{"score", "size"};
  const std::string text = "k,size,score,bad,r\na,1,2,,1\nb,3,NaN,diverged,\nc,5,6,0,2\nd,,8,1,x\n";
  BOOST_TEST(message(wanted, text)
                 .starts_with("table_test.csv:3: column 'score': 'NaN' is not a finite number; if "
                              "that means a failure: evaluator.table.missing"));
  BOOST_TEST(message(wanted, "k,size,score\na,1,x\n") ==
             "table_test.csv:2: column 'score': 'x' is not a finite number");
  const auto read = [&] {
    const File file(text);
    return io::read_table(wanted, file.path);
  };
  const std::vector<bool> second_and_last{false, true, false, true};
  wanted.missing = "diverged";
  const auto missing = read();
  BOOST_TEST(missing.failed == second_and_last);
  wanted.missing = "refuse";
  wanted.failed = "bad";
  const auto named = read();
  BOOST_TEST(named.failed == second_and_last);
  BOOST_TEST((named.objectives[0] == 2 && named.objectives[1] == 1 && std::isnan(named.objectives[3])));
  BOOST_TEST(message(wanted, "k,size,score,bad\na,1,2,often\n")
                 .starts_with("table_test.csv:2: column 'bad': 'often': allowed are"));
  wanted.reported = {"r"};
  BOOST_TEST(std::isnan(read().reported[1]));
  auto whole = text;
  whole.replace(whole.find("diverged"), 8, "0");
  BOOST_TEST(message(wanted, whole).starts_with("table_test.csv:3: column 'score'"));
}

BOOST_AUTO_TEST_CASE(the_digest_knows_objectives_and_failures) {
  TableSettings wanted;
  wanted.key = "k";
  wanted.objective = "a";
  wanted.reported = {"b"};
  const auto digest = [&](const std::string& text) {
    const File file(text);
    return io::read_table(wanted, file.path).digest;
  };
  const auto plain = digest("k,a,b,f\nx,1,2,\n");
  wanted.failed = "f";
  BOOST_TEST((digest("k,a,b,f\nx,1,2,0\n") == plain));   // as it was before there were failures
  BOOST_TEST((digest("k,a,b,f\nx,1,2,1\n") != plain));
  wanted.failed = "";
  wanted.objective = std::vector<std::string>{"a", "b"};
  wanted.reported = {};
  BOOST_TEST((digest("k,a,b\nx,1,2\n") != plain));
}
