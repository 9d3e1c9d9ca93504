#pragma once

#include <boost/test/unit_test.hpp>

#include <stdlib.h>

#include <filesystem>
#include <string>

/// An empty folder of this test's own, removed at its end.
struct TemporaryFolder {
  std::string path = (std::filesystem::temp_directory_path() / "archipel-test-XXXXXX").string();
  TemporaryFolder() { BOOST_REQUIRE(::mkdtemp(path.data())); }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
};
