#include "app/bench_report.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

namespace archipel::app {
namespace {

std::string short_number(double value) {
  if (!std::isfinite(value)) return "-";
  return std::abs(value) >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

std::string cell_of(const BenchValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value)) return short_number(*number);
  const auto& spread = std::get<Spread>(value);
  if (!std::isfinite(spread.median)) return "-";
  return fmt::format("{} ({}-{})", short_number(spread.median), short_number(spread.least), short_number(spread.most));
}

std::string json_number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "null"; }

std::string json_of(const BenchValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value)) return json_number(*number);
  const auto& spread = std::get<Spread>(value);
  return fmt::format(R"({{"median": {}, "min": {}, "max": {}}})", json_number(spread.median), json_number(spread.least),
                     json_number(spread.most));
}

bool same_names(const BenchRecord& a, const BenchRecord& b) {
  return std::ranges::equal(a, b, {}, &BenchRecord::value_type::first, &BenchRecord::value_type::first);
}

/// Numbers to the right, texts to the left.
std::string table_of(const BenchRecord* first, const BenchRecord* last) {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < first->size(); ++column) {
    widths.push_back((*first)[column].first.size());
    for (auto record = first; record != last; ++record)
      widths.back() = std::max(widths.back(), cell_of((*record)[column].second).size());
  }
  std::string text;
  const auto line = [&](const auto& content) {
    std::string row = " ";
    for (std::size_t column = 0; column < widths.size(); ++column) {
      const bool left = std::holds_alternative<std::string>((*first)[column].second);
      row += left ? fmt::format(" {:<{}} ", content(column), widths[column])
                  : fmt::format(" {:>{}} ", content(column), widths[column]);
    }
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  };
  line([&](std::size_t column) { return (*first)[column].first; });
  for (auto record = first; record != last; ++record)
    line([&](std::size_t column) { return cell_of((*record)[column].second); });
  return text;
}

}   // namespace

Spread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

std::string as_text(const BenchSection& section) {
  std::string text = section.subject + "\n";
  const auto* end = section.records.data() + section.records.size();
  for (const auto* first = section.records.data(); first != end;) {
    const auto* last = first + 1;
    while (last != end && same_names(*first, *last)) ++last;
    text += table_of(first, last);
    first = last;
  }
  for (const auto& note : section.notes) text += "  " + note + "\n";
  return text + "\n";
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20) result += fmt::format("\\u{:04x}", int(c));
    else result += c;
  }
  return result + "\"";
}

std::string as_json(const std::vector<BenchSection>& sections) {
  std::vector<std::string> parts;
  for (const auto& section : sections) {
    std::vector<std::string> records, notes;
    for (const auto& record : section.records) {
      std::vector<std::string> values;
      for (const auto& [name, value] : record) values.push_back(quoted(name) + ": " + json_of(value));
      records.push_back(fmt::format("    {{{}}}", fmt::join(values, ", ")));
    }
    for (const auto& note : section.notes) notes.push_back(quoted(note));
    parts.push_back(fmt::format("  {}: {{\"records\": [\n{}\n  ], \"notes\": [{}]}}", quoted(section.subject),
                                fmt::join(records, ",\n"), fmt::join(notes, ", ")));
  }
  return fmt::format("{{\n{}\n}}\n", fmt::join(parts, ",\n"));
}

}   // namespace archipel::app
