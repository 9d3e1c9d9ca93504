#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace archipel::io {

/// A file of comma-separated values with a header (RFC 4180: fields may be quoted), plain or gz. Empty lines are skipped.
class Csv {
 public:
  /// InputError, with file and line, if it cannot be read, is damaged, or a row has not as many fields as the header.
  static Csv read(const std::string& path);
  /// `name` stands for the file in messages.
  static Csv parse(std::string_view text, const std::string& name);

  const std::string& name() const { return name_; }
  const std::vector<std::string>& columns() const { return columns_; }
  std::size_t rows() const { return lines_.size(); }
  /// Line of the file on which `row` begins, from 1.
  std::size_t line(std::size_t row) const { return lines_[row]; }

  /// The column, [row]. InputError, naming the nearest column, if there is none.
  std::vector<std::string> texts(std::string_view column) const;
  /// InputError too if a value is not a finite number, with `hint` if there is none at all. NaN for these in rows where `excused`, [row],
  /// holds.
  std::vector<double> numbers(std::string_view column, const std::vector<bool>& excused = {},
                              const std::string& hint = {}) const;
  /// [row]: whether the column has no value there: nothing, nan or na, in letters of any case.
  std::vector<bool> missing(std::string_view column) const;

 private:
  std::size_t find(std::string_view column) const;

  std::string name_;
  std::vector<std::string> columns_;
  std::vector<std::string> fields_;   // [row, column]
  std::vector<std::size_t> lines_;    // [row]
};

}   // namespace archipel::io
