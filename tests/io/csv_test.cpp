#include "io/csv.hpp"

#include "base/error.hpp"
#include "base/random.hpp"

#include <zlib.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace archipel;
using io::Csv;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::path("csv_test_files");
  Folder() { std::filesystem::create_directory(path); }
  ~Folder() { std::filesystem::remove_all(path); }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
  std::string gz(const std::string& name, const std::string& text) const {
    const auto place = (path / name).string();
    const auto file = gzopen(place.c_str(), "wb");
    gzwrite(file, text.data(), unsigned(text.size()));
    gzclose(file);
    return place;
  }
};

/// The message of the InputError that `work` throws.
template <class Work>
std::string message(const Work& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}   // namespace

BOOST_AUTO_TEST_CASE(columns_are_read_by_name) {
  const auto csv = Csv::parse("a, b ,c\n1,x,-2.5\n\n 3e2 ,\"say \"\"y,z\"\"\",0\r\n", "t.csv");
  BOOST_TEST(csv.columns() == (std::vector<std::string>{"a", "b", "c"}));
  BOOST_TEST(csv.rows() == 2u);
  BOOST_TEST(csv.line(1) == 4u);
  BOOST_TEST(csv.numbers("a") == (std::vector<double>{1, 300}));
  BOOST_TEST(csv.texts("b") == (std::vector<std::string>{"x", "say \"y,z\""}));
  BOOST_TEST(csv.numbers("c") == (std::vector<double>{-2.5, 0}));
}

BOOST_AUTO_TEST_CASE(ends_of_files_and_empty_fields) {
  BOOST_TEST(Csv::parse("a,b\n1,2", "t").numbers("b") == std::vector<double>{2});
  BOOST_TEST(Csv::parse("a,b\n1,", "t").texts("b") == std::vector<std::string>{""});
  BOOST_TEST(Csv::parse("a,b\n,\n", "t").texts("a") == std::vector<std::string>{""});
  BOOST_TEST(Csv::parse("\xef\xbb\xbf"
                        "a\n1\n",
                        "t")
                 .numbers("a") == std::vector<double>{1});
  BOOST_TEST(Csv::parse("a", "t").rows() == 0u);
  const auto multiline = Csv::parse("a,b\n\"1\n2\",x\n3,y\n", "t");
  BOOST_TEST(multiline.texts("a") == (std::vector<std::string>{"1\n2", "3"}));
  BOOST_TEST(multiline.line(1) == 4u);
}

BOOST_AUTO_TEST_CASE(plain_and_gz_files_read_alike) {
  const Folder folder;
  std::string text = "n,square\n";
  for (int i = 0; i < 300000; ++i)
    text += std::to_string(i) + "," + std::to_string(double(i) * i) + "\n";   // several blocks of reading
  const auto plain = Csv::read(folder.file("t.csv", text)), packed = Csv::read(folder.gz("t.csv.gz", text));
  BOOST_TEST(plain.rows() == 300000u);
  BOOST_TEST((plain.numbers("square") == packed.numbers("square")));
  BOOST_TEST(plain.numbers("n").back() == 299999);
}

BOOST_AUTO_TEST_CASE(mistakes_are_placed) {
  BOOST_TEST(message([] { Csv::parse("a,b\n1,2\n1,2,3\n", "t.csv"); }) == "t.csv:3: 3 fields, but the header has 2");
  BOOST_TEST(message([] { Csv::parse("a,b\n1\n", "t.csv"); }) == "t.csv:2: 1 fields, but the header has 2");
  BOOST_TEST(message([] { Csv::parse("", "t.csv"); }) == "t.csv:1: no header: the file is empty");
  BOOST_TEST(message([] { Csv::parse("\n\n", "t.csv"); }) == "t.csv:1: no header: the file is empty");
  BOOST_TEST(message([] { Csv::parse("a,b,a\n", "t.csv"); }) == "t.csv:1: column 'a' appears twice");
  BOOST_TEST(message([] { Csv::parse("a\n\"x", "t.csv"); }) == "t.csv:2: a quoted field does not end");
  BOOST_TEST(message([] { Csv::parse("a\n\"x\"y\n", "t.csv"); }) == "t.csv:2: text after a quoted field");
  const auto csv = Csv::parse("accuracy,loss\n0.5,1\nnan,2\n", "t.csv");
  BOOST_TEST(message([&] { csv.numbers("accuracy"); }) == "t.csv:3: column 'accuracy': 'nan' is not a finite number");
  BOOST_TEST(message([&] { csv.numbers("acuracy"); }) == "t.csv: no column 'acuracy'; the nearest is 'accuracy'");
  for (const std::string wrong : {"", "x", "1x", "1 2", "0x10", "inf", "1e999", "--1"}) {
    BOOST_TEST(message([&] { Csv::parse("a,b\n" + wrong + ",0\n", "t").numbers("a"); }).find("t:2: column 'a'") == 0u,
               wrong);
  }
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read_are_told) {
  const Folder folder;
  BOOST_TEST(message([&] {
               Csv::read((folder.path / "absent.csv").string());
             }).find("absent.csv: cannot be opened: No such file") != std::string::npos);
  BOOST_TEST(message([&] { Csv::read(folder.path.string()); }).find("cannot be") != std::string::npos);
  std::string text = "a\n";
  Stream draws(1, Purpose::ask, 0, 0, 0);
  for (int i = 0; i < 50000; ++i) text += std::to_string(draws.next()) + "\n";
  const auto whole = folder.gz("whole.csv.gz", text);
  std::ifstream in(whole, std::ios::binary);
  std::string packed((std::istreambuf_iterator<char>(in)), {});
  const auto cut = folder.file("cut.csv.gz", packed.substr(0, packed.size() / 2));
  BOOST_TEST(message([&] { Csv::read(cut); }).find("cut.csv.gz: damaged compressed file: unexpected end") !=
             std::string::npos);
  packed[packed.size() / 2] = char(packed[packed.size() / 2] ^ 0x55);
  const auto damaged = folder.file("damaged.csv.gz", packed);
  BOOST_TEST(message([&] { Csv::read(damaged); }).find("damaged.csv.gz: damaged compressed file: ") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(garbage_is_refused_or_read_but_never_crashes) {
  int refused = 0;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    Stream draws(2, Purpose::ask, 0, 0, i);
    std::string text;
    for (auto size = draws.below(60); size > 0; --size)
      text += draws.chance(0.5) ? ",\"\n\r1a"[draws.below(6)] : char(draws.below(256));
    try {
      const auto csv = Csv::parse(text, "garbage");
      for (const auto& column : csv.columns()) BOOST_REQUIRE(csv.texts(column).size() == csv.rows());
    } catch (const InputError&) {
      ++refused;
    }
  }
  BOOST_TEST(refused > 100);
}
