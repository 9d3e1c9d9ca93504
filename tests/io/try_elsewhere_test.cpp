#include "io/try_elsewhere.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>

using namespace archipel;
using namespace archipel::io;

BOOST_AUTO_TEST_CASE(what_comes_to_its_end_changes_nothing_here) {
  int here = 0;
  BOOST_TEST(failure_elsewhere([&] { here = 1; }) == "");
  BOOST_TEST(here == 0);
}

BOOST_AUTO_TEST_CASE(what_went_wrong_is_told) {
  BOOST_TEST(failure_elsewhere([] { throw SystemError("no such data set"); }) == "no such data set");
  BOOST_TEST(failure_elsewhere([] { std::raise(SIGSEGV); }).find("signal 11") != std::string::npos);
  BOOST_TEST(failure_elsewhere([] { std::_Exit(3); }) != "");
}

BOOST_AUTO_TEST_CASE(children_may_be_reaped_by_themselves) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  BOOST_TEST(failure_elsewhere([] {}) == "");
  BOOST_TEST(failure_elsewhere([] { throw SystemError("no"); }) == "no");
  std::signal(SIGCHLD, before);
}
