#include "io/rows_csv.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace archipel::io {
namespace {

constexpr std::string_view end_of_line = "\r\n";

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string text_of(double value) {
  if (std::isnan(value)) return "nan";   // to_chars tells its sign
  std::array<char, 32> digits;           // the shortest text that reads back exactly
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

template <class T>
T value_at(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::string text_of(const Column& column, const std::byte* record) {
  const auto* at = record + column.offset;
  switch (column.type) {
    case Type::f64:
      return text_of(value_at<double>(at));
    case Type::i64:
      return std::to_string(value_at<std::int64_t>(at));
    case Type::u64:
      return std::to_string(value_at<std::uint64_t>(at));
    case Type::i32:
      return std::to_string(value_at<std::int32_t>(at));
    case Type::u8:
      return std::to_string(value_at<std::uint8_t>(at));
    case Type::boolean:
      return value_at<std::uint8_t>(at) ? "true" : "false";
    case Type::outcome:
      return std::string(name_of(Outcome(value_at<std::uint8_t>(at))));
    case Type::op:
      return std::string(name_of(Operator(value_at<std::uint8_t>(at))));
  }
  return "";
}

/// One stage's columns and their places in the line.
class Lines {
 public:
  Lines(const ResultsReader& reader, std::size_t stage, std::vector<std::string>& header)
      : reader_(reader), stage_(stage), record_(row_record(reader.layout().space, reader.layout().stages[stage])) {
    for (const auto& column : record_.columns) {
      const auto name = beside_place(column.name);
      const auto found = std::ranges::find(header, name);
      places_.push_back(std::size_t(found - header.begin()));
      if (found == header.end()) header.push_back(name);
    }
  }

  std::int64_t write(std::size_t fields, const std::function<void(std::string_view)>& write) const {
    std::int64_t broken = 0;
    const auto islands = std::int32_t(reader_.layout().stages[stage_].islands);
    for (std::int32_t island = 0; island < islands; ++island) {
      const auto lost = reader_.visit_rows(stage_, island, [&](std::span<const Row> rows) {
        const auto first = rows.front().origin.ask, last = rows.back().origin.ask;
        std::vector<std::byte> records(std::size_t(last - first + 1) * record_.bytes);
        reader_.read(stage_, "rows", island, first, records);
        std::string text;
        for (const auto& row : rows)
          text += line(island, &records[std::size_t(row.origin.ask - first) * record_.bytes], fields);
        write(text);
      });
      broken += std::int64_t(lost.size());
    }
    return broken;
  }

 private:
  /// As in the file; a gene called like one of the two columns in front gets a number, as columns there do.
  std::string beside_place(const std::string& wanted) const {
    std::string name = wanted;
    for (int n = 2; name == "stage" || name == "island" || (name != wanted && in_record(name)); ++n)
      name = wanted + "_" + std::to_string(n);
    return name;
  }
  bool in_record(const std::string& name) const {
    return std::ranges::find(record_.columns, name, &Column::name) != record_.columns.end();
  }

  std::string line(std::int32_t island, const std::byte* record, std::size_t fields) const {
    std::vector<std::string> values(fields);
    values[0] = reader_.name_of_stage(stage_);
    values[1] = std::to_string(island);
    const auto& genes = reader_.layout().space.genes();   // the first columns
    for (std::size_t i = 0; i < record_.columns.size(); ++i) {
      const auto& column = record_.columns[i];
      values[places_[i]] = i < genes.size() && !genes[i].choices.empty()
                               ? field(choice(genes[i], value_at<double>(record + column.offset)))
                               : text_of(column, record);
    }
    std::string text = values[0];
    for (std::size_t i = 1; i < fields; ++i) (text += ',') += values[i];
    return text += end_of_line;
  }

  static std::string choice(const Gene& gene, double value) {
    const bool known = value >= 0 && value < double(gene.choices.size());
    return known ? gene.choices[std::size_t(value)] : text_of(value);
  }

  const ResultsReader& reader_;
  std::size_t stage_;
  Record record_;
  std::vector<std::size_t> places_;
};

}   // namespace

std::size_t stage_named(const ResultsReader& reader, const std::string& name) {
  std::string all;
  for (std::size_t stage = 0; stage < reader.stage_count(); ++stage) {
    if (name == std::to_string(stage) || name == reader.name_of_stage(stage)) return stage;
    all += (stage == 0 ? "" : ", ") + reader.name_of_stage(stage);
  }
  throw InputError("--stage " + name + ": " + reader.path() + " has " + all);
}

std::int64_t write_rows(const ResultsReader& reader, std::span<const std::size_t> stages,
                        const std::function<void(std::string_view)>& write) {
  std::vector<std::string> header{"stage", "island"};
  std::vector<Lines> lines;
  for (const auto stage : stages) lines.emplace_back(reader, stage, header);
  std::string text;
  for (const auto& name : header) text += (text.empty() ? "" : ",") + field(name);
  write(text += end_of_line);
  std::int64_t broken = 0;
  for (const auto& each : lines) broken += each.write(header.size(), write);
  return broken;
}

}   // namespace archipel::io
