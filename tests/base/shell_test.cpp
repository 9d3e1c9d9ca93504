#include "base/shell.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdio>

namespace archipel {
namespace {

/// What a shell makes of a word.
std::string read_by_shell(const std::string& word) {
  std::FILE* pipe = popen(("printf %s " + word).c_str(), "r");
  BOOST_REQUIRE(pipe);
  std::array<char, 256> text{};
  const auto size = std::fread(text.data(), 1, text.size(), pipe);
  BOOST_TEST(pclose(pipe) == 0);
  return {text.data(), size};
}

}   // namespace

BOOST_AUTO_TEST_CASE(a_shell_reads_each_word_as_it_was) {
  for (const std::string text :
       {"plain-name_1.h5", "my results.h5", "it's.h5", "two''s", "a\"b", "$HOME", "`date`", "a;b&c|d>e", "*?[x]", "~",
        "back\\slash", "!bang", "#no", "line\nbreak", "\xc3\xa9t\xc3\xa9", " ", "'", "a=b"})
    BOOST_TEST(read_by_shell(shell_word(text)) == text);
  BOOST_TEST(shell_word("") == "''");
  BOOST_TEST(shell_word("results/a.h5") == "results/a.h5");
}

BOOST_AUTO_TEST_CASE(a_path_is_no_option) {
  BOOST_TEST(shell_path("-r.h5") == "./-r.h5");
  BOOST_TEST(shell_path("-a b") == "'./-a b'");
  BOOST_TEST(shell_path("r.h5") == "r.h5");
}

}   // namespace archipel
