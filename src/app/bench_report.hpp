#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace archipel::app {

/// Of repeated measurements.
struct Spread {
  double median = 0, least = 0, most = 0;
};
Spread spread_of(std::vector<double> values);   // at least one

/// What was measured, by name; units stand in the names. Text and JSON show the same.
using BenchValue = std::variant<std::string, std::int64_t, double, Spread>;
using BenchRecord = std::vector<std::pair<std::string, BenchValue>>;

/// What one subject found. The notes are for people: what was left out and why.
struct BenchSection {
  std::string subject;
  std::vector<BenchRecord> records;
  std::vector<std::string> notes;
};

/// Records whose names are the same are one table. A spread is shown as "median (least-most)".
std::string as_text(const BenchSection& section);
/// One object: each section by its subject, with "records" and "notes". A spread is an object of median, min, max.
std::string as_json(const std::vector<BenchSection>& sections);
/// A JSON string.
std::string quoted(const std::string& text);

}   // namespace archipel::app
