#pragma once

#include "io/schema.hpp"

#include <hdf5.h>

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace archipel::io {

/// Owns one HDF5 identifier. Closing something of a file that is open over MPI can wait for the other ranks, so a handle is
/// left alone while an exception passes: the others may never come.
template <herr_t (*Close)(hid_t)>
class Handle {
 public:
  explicit Handle(hid_t id) : id_(id), exceptions_at_birth_(std::uncaught_exceptions()) {}
  Handle(Handle&& other) noexcept
      : id_(std::exchange(other.id_, -1)), exceptions_at_birth_(other.exceptions_at_birth_) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0 && std::uncaught_exceptions() == exceptions_at_birth_) Close(id_);
  }
  operator hid_t() const { return id_; }
  hid_t release() { return std::exchange(id_, -1); }

 private:
  hid_t id_;
  int exceptions_at_birth_;
};
using H5File = Handle<H5Fclose>;
using H5Group = Handle<H5Gclose>;
using H5Set = Handle<H5Dclose>;
using H5Space = Handle<H5Sclose>;
using H5Kind = Handle<H5Tclose>;
using H5Attribute = Handle<H5Aclose>;
using H5List = Handle<H5Pclose>;

/// Keeps HDF5 from printing its error stack while it lives; `check` puts the stack into the exception.
class QuietHdf5 {
 public:
  QuietHdf5();
  ~QuietHdf5();
  QuietHdf5(const QuietHdf5&) = delete;
  QuietHdf5& operator=(const QuietHdf5&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

/// Access to files without HDF5's locks, which some file systems do not have: what is made here has a name of its own until it is
/// whole, and what is read may be written meanwhile.
H5List access_without_locks(const std::string& path);
/// The same, with the bounds of what is made here.
H5List access_to_make(const std::string& path);

/// A results file, for reading.
H5File open_results(const std::string& path);

/// SystemError naming `call`, `what` and HDF5's innermost error if `result` is negative; otherwise `result`.
std::int64_t check(std::int64_t result, const char* call, const std::string& what);

H5Kind type_of(const Record& record);
H5Kind text_type(std::size_t bytes);   // UTF-8, padded with zeros
H5Group make_group(hid_t parent, const std::string& path);
/// Contiguous, allocated at once, never filled, without times.
H5Set make_set(hid_t parent, const std::string& name, hid_t type, std::span<const std::int64_t> shape);

/// In compressed chunks, filled with `content`, without times.
H5Set make_packed_set(hid_t parent, const std::string& name, hid_t type, std::span<const std::int64_t> shape,
                      std::span<const std::byte> content);

// Attributes of fixed size. Readers throw SystemError if one is absent or of another kind.
void set_attribute(hid_t object, const std::string& name, const std::string& text);
void set_attribute(hid_t object, const std::string& name, const std::vector<std::string>& texts);   // absent if empty
void set_attribute(hid_t object, const std::string& name, std::int64_t value);
void set_attribute(hid_t object, const std::string& name, std::uint64_t value);
void set_attribute(hid_t object, const std::string& name, double value);
std::string text_attribute(hid_t object, const std::string& name);
std::vector<std::string> texts_attribute(hid_t object, const std::string& name);   // empty if absent
bool is_text_attribute(hid_t object, const std::string& name);                     // one text, as they are written here
std::int64_t integer_attribute(hid_t object, const std::string& name);
std::uint64_t unsigned_attribute(hid_t object, const std::string& name);
double real_attribute(hid_t object, const std::string& name);

/// A one-dimensional compound data set of texts and numbers. All columns have the same length.
struct TableColumn {
  std::string name;
  std::variant<std::vector<std::string>, std::vector<std::int64_t>, std::vector<double>> values;
};
/// A table without rows is left out.
void write_table(hid_t parent, const std::string& name, const std::vector<TableColumn>& columns);
/// Fills the columns, whose names and types are given. Without the data set they stay empty.
void read_table(hid_t parent, const std::string& name, std::vector<TableColumn>& columns);

void write_text(hid_t parent, const std::string& name, const std::string& text);
std::string read_text(hid_t parent, const std::string& name);

}   // namespace archipel::io
