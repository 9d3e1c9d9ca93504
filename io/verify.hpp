#pragma once

#include "io/results_reader.hpp"
#include "search/artefacts.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace archipel::io {

/// What is in a results file and beside it, and what of that does not hold.
struct Verification {
  std::vector<std::string> problems;   // "stage 0-search, island 2, row 17: its checksum does not hold"
  bool changed = false;                // as ResultsReader::changed, which is none of the problems
  std::int64_t rows = 0, migrations = 0, openings = 0, artefacts = 0, models = 0;   // that hold
};

/// Checks every record, every artefact that a row or an opening names, and the final networks. The reader has checked the metadata.
/// A packed copy has no artefacts beside it, and its networks inside. What a running study is about to write is no problem, except a row that is half written at that moment.
Verification verify(const ResultsReader& reader);

}   // namespace archipel::io
