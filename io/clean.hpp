#pragma once

#include "io/results_reader.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace archipel::io {

/// A file that nothing needs any more.
struct Litter {
  std::string path;
  std::int64_t bytes = 0;
  std::string why;
  std::int64_t seconds_since_write = 0;
};

/// What lies beside a results file and is not reached from it: artefacts that no row and no opening names, checkpoints whose row is
/// there, writes that were cut off. Files of other names are left alone. The study must not be running, the file not damaged.
std::vector<Litter> unreachable(const ResultsReader& reader);

}   // namespace archipel::io
