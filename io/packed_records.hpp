#pragma once

#include "io/schema.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace archipel::io {

/// The records of a packed results file, in memory.
class PackedRecords {
 public:
  /// SystemError if a data set of the file at `path` does not fit the layout.
  PackedRecords(const std::string& path, const ResultsLayout& layout);

  /// As ResultsReader::read; `set`: "stages/0-search/rows".
  void read(const std::string& set, std::int64_t island, std::int64_t first, std::span<std::byte> bytes) const;

 private:
  struct Set {
    std::int64_t per_island, place_bytes;
    std::vector<std::byte> bytes;
  };
  std::map<std::string, Set> sets_;
};

}   // namespace archipel::io
