#pragma once

#include "io/results_reader.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace archipel::app {

// Test files decide no row, so they may be mended until a network has seen them. Then they are part of the result.

/// Whether a fact of the provenance is a checksum of the test files.
bool is_of_test(const std::string& name);

/// What an opening notes of the test files before the look: one number of all their checksums. Never 0.
std::uint32_t mark_of_test(const std::vector<std::pair<std::string, std::string>>& provenance);

/// How the test files `here` may be used with the results at hand.
struct TestFiles {
  std::string problem;   // "" if they may
  bool mended = false;   // they are not those of the first start
};
TestFiles test_files_of(const io::ResultsReader& there, const std::vector<std::pair<std::string, std::string>>& here);

}   // namespace archipel::app
