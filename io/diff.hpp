#pragma once

#include "search/row.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace archipel::io {

/// The first difference of one kind between two results files.
struct Difference {
  enum class Kind { settings, layout, rows, curves, migrations, openings, ends, damage };
  Kind kind = Kind::rows;
  std::string place;   // "stage 0-search, island 2, ask 17"
  std::string field;   // gene, column or setting
  std::string a, b;    // values, "absent" where there is none
};

struct Comparison {
  std::vector<Difference> differences;     // settings and damage: all; otherwise the first of each kind in each stage
  std::vector<std::string> lineage;        // of the first diverging row: the row, its parent, ... at most 10 ancestors
  std::int64_t rows = 0, migrations = 0;   // compared
  std::int64_t differing_rows = 0;
  std::int64_t machine_rows = 0;      // outcomes of the machine in either file: counted, not compared
  std::set<std::string> measured;     // objectives that are the machine's: not compared
  std::vector<std::string> changed;   // files whose metadata have changed, as ResultsReader::changed
  bool same() const { return differences.empty(); }
};

/// The settings that differ between two effective texts, in order of their keys. Not the names of files that a stage begins with:
/// what they held is compared, by their digests.
std::vector<Difference> differing_settings(const std::string& a, const std::string& b);

/// Compares what the study determines: effective scientific settings, rows, curves, migrations, digests of weights, openings.
/// Not wall times, ranks, provenance and link names. Rows are ordered by stage, ask, island. Records that do not hold are a
/// difference, even at the same places. Errors of ResultsReader.
Comparison diff(const std::string& path_a, const std::string& path_b);

/// For the terminal; "no difference: N rows, M migrations compared" if there is none.
std::string text_of(const Comparison& comparison);

}   // namespace archipel::io
