#include "io/csv.hpp"

#include "base/error.hpp"
#include "io/gz_reader.hpp"
#include "study/settings.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

namespace archipel::io {
namespace {

[[noreturn]] void fail(const std::string& name, std::size_t line, const std::string& problem) {
  throw InputError(name + ":" + std::to_string(line) + ": " + problem);
}

std::string read_all(const std::string& path) {
  GzReader file(path);
  std::string text;
  constexpr std::size_t step = 1u << 20;
  for (;;) {
    const auto size = text.size();
    text.resize(size + step);
    text.resize(size + file.read(std::as_writable_bytes(std::span(text).subspan(size))));
    if (text.size() < size + step) return text;
  }
}

/// Splits text into rows of fields.
class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : text_(text), name_(name) {
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);   // byte order mark
  }

  /// The next row that is not empty, into `fields`; false at the end.
  bool next(std::vector<std::string>& fields) {
    fields.clear();
    while (at_ < text_.size() && end_of_line()) skip_line_end();
    if (at_ == text_.size()) return false;
    first_line_ = line_;
    for (;;) {
      fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted() : plain());
      if (at_ == text_.size() || end_of_line()) break;
      ++at_;   // the comma
    }
    if (at_ < text_.size()) skip_line_end();
    return true;
  }
  std::size_t first_line() const { return first_line_; }

 private:
  bool end_of_line() const {
    return text_[at_] == '\n' || (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n');
  }
  void skip_line_end() {
    at_ += text_[at_] == '\r' ? 2 : 1;
    ++line_;
  }

  std::string plain() {
    const auto begin = at_;
    while (at_ < text_.size() && text_[at_] != ',' && !end_of_line()) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string quoted() {
    std::string field;
    for (++at_;; ++at_) {
      if (at_ == text_.size()) fail(name_, first_line_, "a quoted field does not end");
      if (text_[at_] == '"') {
        if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') break;
        ++at_;
      }
      line_ += text_[at_] == '\n';
      field += text_[at_];
    }
    ++at_;
    if (at_ < text_.size() && text_[at_] != ',' && !end_of_line()) fail(name_, line_, "text after a quoted field");
    return field;
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0, line_ = 1, first_line_ = 1;
};

std::string_view without_spaces(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool says_nothing(std::string_view text) {
  std::string small;
  for (const char c : text.substr(0, 5)) small += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  return small.empty() || small == "nan" || small == "na" || small == "-nan" || small == "+nan";
}

}   // namespace

Csv Csv::read(const std::string& path) { return parse(read_all(path), path); }

Csv Csv::parse(std::string_view text, const std::string& name) {
  Csv csv;
  csv.name_ = name;
  Reader reader(text, csv.name_);
  if (!reader.next(csv.columns_)) fail(name, 1, "no header: the file is empty");
  std::set<std::string> seen;
  for (auto& column : csv.columns_) {
    column = std::string(without_spaces(column));
    if (!seen.insert(column).second) fail(name, reader.first_line(), "column '" + column + "' appears twice");
  }
  for (std::vector<std::string> row; reader.next(row);) {
    if (row.size() != csv.columns_.size()) {
      fail(name, reader.first_line(),
           std::to_string(row.size()) + " fields, but the header has " + std::to_string(csv.columns_.size()));
    }
    csv.lines_.push_back(reader.first_line());
    std::move(row.begin(), row.end(), std::back_inserter(csv.fields_));
  }
  return csv;
}

std::size_t Csv::find(std::string_view column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  if (found != columns_.end()) return std::size_t(found - columns_.begin());
  throw InputError(name_ + ": no column '" + std::string(column) + "'; the nearest is '" +
                   nearest_text(column, columns_) + "'");
}

std::vector<std::string> Csv::texts(std::string_view column) const {
  std::vector<std::string> values(rows());
  const auto index = find(column);
  for (std::size_t row = 0; row < rows(); ++row) values[row] = fields_[row * columns_.size() + index];
  return values;
}

std::vector<double> Csv::numbers(std::string_view column, const std::vector<bool>& excused,
                                 const std::string& hint) const {
  std::vector<double> values(rows());
  const auto index = find(column);
  for (std::size_t row = 0; row < rows(); ++row) {
    const auto text = without_spaces(fields_[row * columns_.size() + index]);
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), values[row]);
    if (code == std::errc{} && end == text.data() + text.size() && std::isfinite(values[row])) continue;
    values[row] = std::numeric_limits<double>::quiet_NaN();
    if (excused.empty() || !excused[row])
      fail(name_, lines_[row],
           "column '" + std::string(column) + "': '" + std::string(text.substr(0, 40)) + "' is not a finite number" +
               (says_nothing(text) ? hint : ""));
  }
  return values;
}

std::vector<bool> Csv::missing(std::string_view column) const {
  std::vector<bool> values(rows());
  const auto index = find(column);
  for (std::size_t row = 0; row < rows(); ++row)
    values[row] = says_nothing(without_spaces(fields_[row * columns_.size() + index]));
  return values;
}

}   // namespace archipel::io
