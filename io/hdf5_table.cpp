#include "base/error.hpp"
#include "io/hdf5.hpp"

#include <cstring>

namespace archipel::io {
namespace {

std::size_t length_of(const TableColumn& column) {
  return std::visit([](const auto& values) { return values.size(); }, column.values);
}

// Bytes of one value in the compound.
std::size_t width_of(const TableColumn& column) {
  const auto* texts = std::get_if<std::vector<std::string>>(&column.values);
  if (!texts) return 8;
  std::size_t width = 1;
  for (const auto& text : *texts) width = std::max(width, text.size());
  return width;
}

H5Kind member_type(const TableColumn& column, std::size_t width) {
  if (std::holds_alternative<std::vector<std::string>>(column.values)) return text_type(width);
  const bool integer = std::holds_alternative<std::vector<std::int64_t>>(column.values);
  return H5Kind(check(H5Tcopy(integer ? H5T_STD_I64LE : H5T_IEEE_F64LE), "H5Tcopy", column.name));
}

H5Kind compound_of(const std::vector<TableColumn>& columns, const std::vector<std::size_t>& widths) {
  std::size_t bytes = 0;
  for (const auto width : widths) bytes += width;
  H5Kind kind(check(H5Tcreate(H5T_COMPOUND, bytes), "H5Tcreate", "table"));
  std::size_t offset = 0;
  for (std::size_t i = 0; i < columns.size(); offset += widths[i++]) {
    const auto part = member_type(columns[i], widths[i]);
    check(H5Tinsert(kind, columns[i].name.c_str(), offset, part), "H5Tinsert", columns[i].name);
  }
  return kind;
}

void store(const TableColumn& column, std::size_t row, std::byte* at) {
  std::visit(
      [&](const auto& values) {
        if constexpr (std::is_arithmetic_v<std::decay_t<decltype(values[row])>>) {
          std::memcpy(at, &values[row], 8);
        } else {
          std::ranges::copy(std::as_bytes(std::span(values[row])), at);
        }
      },
      column.values);
}

void load(TableColumn& column, const std::byte* at, std::size_t width) {
  std::visit(
      [&](auto& values) {
        typename std::decay_t<decltype(values)>::value_type value{};
        if constexpr (std::is_arithmetic_v<decltype(value)>) {
          std::memcpy(&value, at, 8);
        } else {
          const auto* text = reinterpret_cast<const char*>(at);
          value.assign(text, ::strnlen(text, width));
        }
        values.push_back(std::move(value));
      },
      column.values);
}

}   // namespace

void write_table(hid_t parent, const std::string& name, const std::vector<TableColumn>& columns) {
  const std::size_t rows = length_of(columns.front());
  if (rows == 0) return;
  std::vector<std::size_t> widths;
  std::size_t row_bytes = 0;
  for (const auto& column : columns) row_bytes += widths.emplace_back(width_of(column));
  const auto type = compound_of(columns, widths);
  const std::int64_t count = std::int64_t(rows);
  const auto set = make_set(parent, name, type, {&count, 1});
  std::vector<std::byte> bytes(row_bytes * rows);
  std::byte* at = bytes.data();
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < columns.size(); at += widths[i++]) store(columns[i], row, at);
  }
  check(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "H5Dwrite", name);
}

void read_table(hid_t parent, const std::string& name, std::vector<TableColumn>& columns) {
  if (check(H5Lexists(parent, name.c_str(), H5P_DEFAULT), "H5Lexists", name) == 0) return;
  const H5Set set(check(H5Dopen2(parent, name.c_str(), H5P_DEFAULT), "H5Dopen2", name));
  const H5Kind stored(check(H5Dget_type(set), "H5Dget_type", name));
  const H5Space space(check(H5Dget_space(set), "H5Dget_space", name));
  const auto rows = std::size_t(check(H5Sget_simple_extent_npoints(space), "H5Sget_simple_extent_npoints", name));
  std::vector<std::size_t> widths;
  std::size_t row_bytes = 0;
  for (const auto& column : columns) {
    const int index = H5Tget_member_index(stored, column.name.c_str());
    if (index < 0) throw SystemError("table " + name + " has no column " + column.name);
    const H5Kind member(check(H5Tget_member_type(stored, unsigned(index)), "H5Tget_member_type", column.name));
    const bool text = std::holds_alternative<std::vector<std::string>>(column.values);
    if ((H5Tget_class(member) == H5T_STRING) != text)
      throw SystemError("table " + name + ": column " + column.name + " is of another type");
    row_bytes += widths.emplace_back(text ? H5Tget_size(member) : 8);
  }
  std::vector<std::byte> bytes(row_bytes * rows);
  const auto type = compound_of(columns, widths);
  check(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "H5Dread", name);
  const std::byte* at = bytes.data();
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < columns.size(); at += widths[i++]) load(columns[i], at, widths[i]);
  }
}

void write_text(hid_t parent, const std::string& name, const std::string& text) {
  std::string padded = text.empty() ? std::string(1, '\0') : text;
  const auto type = text_type(padded.size());
  const auto set = make_set(parent, name, type, {});
  check(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, padded.data()), "H5Dwrite", name);
}

std::string read_text(hid_t parent, const std::string& name) {
  const H5Set set(check(H5Dopen2(parent, name.c_str(), H5P_DEFAULT), "H5Dopen2", name));
  const H5Kind type(check(H5Dget_type(set), "H5Dget_type", name));
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0)
    throw SystemError(name + ": not a text of fixed size");
  std::string text(H5Tget_size(type), '\0');
  check(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()), "H5Dread", name);
  text.resize(::strnlen(text.data(), text.size()));
  return text;
}

}   // namespace archipel::io
