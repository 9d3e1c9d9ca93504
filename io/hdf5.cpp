#include "io/hdf5.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace archipel::io {
namespace {

herr_t innermost(unsigned, const H5E_error2_t* error, void* text) {
  *static_cast<std::string*>(text) =
      std::string(error->func_name ? error->func_name : "") + ": " + (error->desc ? error->desc : "");
  return 1;
}

H5Kind enumeration(hid_t base, std::span<const std::pair<std::string, std::uint8_t>> names) {
  H5Kind kind(check(H5Tenum_create(base), "H5Tenum_create", "enumeration"));
  for (const auto& [name, value] : names) check(H5Tenum_insert(kind, name.c_str(), &value), "H5Tenum_insert", name);
  return kind;
}

template <class Enum>
H5Kind enumeration_of(int last) {
  std::vector<std::pair<std::string, std::uint8_t>> names;
  for (int value = 1; value <= last; ++value) names.emplace_back(name_of(Enum(value)), std::uint8_t(value));
  return enumeration(H5T_STD_U8LE, names);
}

H5Kind type_of(Type type) {
  switch (type) {
    case Type::f64:
      return H5Kind(H5Tcopy(H5T_IEEE_F64LE));
    case Type::i64:
      return H5Kind(H5Tcopy(H5T_STD_I64LE));
    case Type::u64:
      return H5Kind(H5Tcopy(H5T_STD_U64LE));
    case Type::i32:
      return H5Kind(H5Tcopy(H5T_STD_I32LE));
    case Type::u8:
      return H5Kind(H5Tcopy(H5T_STD_U8LE));
    case Type::outcome:
      return enumeration_of<Outcome>(int(Outcome::error));
    case Type::op:
      return enumeration_of<Operator>(int(last_operator));
    case Type::boolean:
      break;
  }
  const std::pair<std::string, std::uint8_t> names[] = {{"FALSE", 0}, {"TRUE", 1}};   // h5py's bool
  return enumeration(H5T_STD_I8LE, names);
}

H5Space space_of(std::span<const std::int64_t> shape) {
  const std::vector<hsize_t> dimensions(shape.begin(), shape.end());
  return H5Space(
      check(shape.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(int(shape.size()), dimensions.data(), nullptr),
            "H5Screate", "data space"));
}

void write_attribute(hid_t object, const std::string& name, hid_t type, std::span<const std::int64_t> shape,
                     const void* data) {
  const auto space = space_of(shape);
  const H5Attribute attribute(
      check(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), "H5Acreate2", name));
  check(H5Awrite(attribute, type, data), "H5Awrite", name);
}

std::size_t longest(const std::vector<std::string>& texts) {
  std::size_t most = 1;   // HDF5 has no empty text
  for (const auto& text : texts) most = std::max(most, text.size());
  return most;
}

std::string text_at(const char* begin, std::size_t bytes) { return {begin, ::strnlen(begin, bytes)}; }

template <class T>
T number_attribute(hid_t object, const std::string& name, hid_t type) {
  const H5Attribute attribute(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), "H5Aopen", name));
  const H5Space space(check(H5Aget_space(attribute), "H5Aget_space", name));
  if (H5Sget_simple_extent_npoints(space) != 1) throw SystemError("attribute " + name + ": not one number");
  T value{};
  check(H5Aread(attribute, type, &value), "H5Aread", name);
  return value;
}

}   // namespace

QuietHdf5::QuietHdf5() {
  H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

QuietHdf5::~QuietHdf5() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

std::int64_t check(std::int64_t result, const char* call, const std::string& what) {
  if (result >= 0) return result;
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, &innermost, &reason);
  throw SystemError(std::string(call) + "(" + what + "): " + reason);
}

H5Kind type_of(const Record& record) {
  H5Kind kind(check(H5Tcreate(H5T_COMPOUND, record.bytes), "H5Tcreate", "record"));
  for (const auto& column : record.columns) {
    const auto part = type_of(column.type);
    check(H5Tinsert(kind, column.name.c_str(), column.offset, part), "H5Tinsert", column.name);
  }
  return kind;
}

H5Kind text_type(std::size_t bytes) {
  H5Kind kind(check(H5Tcopy(H5T_C_S1), "H5Tcopy", "text"));
  check(H5Tset_size(kind, std::max<std::size_t>(bytes, 1)), "H5Tset_size", "text");
  check(H5Tset_strpad(kind, H5T_STR_NULLPAD), "H5Tset_strpad", "text");
  check(H5Tset_cset(kind, H5T_CSET_UTF8), "H5Tset_cset", "text");
  return kind;
}

H5Group make_group(hid_t parent, const std::string& path) {
  const H5List list(check(H5Pcreate(H5P_GROUP_CREATE), "H5Pcreate", path));
  check(H5Pset_obj_track_times(list, false), "H5Pset_obj_track_times", path);
  return H5Group(check(H5Gcreate2(parent, path.c_str(), H5P_DEFAULT, list, H5P_DEFAULT), "H5Gcreate2", path));
}

H5Set make_set(hid_t parent, const std::string& name, hid_t type, std::span<const std::int64_t> shape) {
  const H5List list(check(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate", name));
  check(H5Pset_layout(list, H5D_CONTIGUOUS), "H5Pset_layout", name);
  check(H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY), "H5Pset_alloc_time", name);
  check(H5Pset_fill_time(list, H5D_FILL_TIME_NEVER), "H5Pset_fill_time", name);
  check(H5Pset_obj_track_times(list, false), "H5Pset_obj_track_times", name);
  const auto space = space_of(shape);
  return H5Set(
      check(H5Dcreate2(parent, name.c_str(), type, space, H5P_DEFAULT, list, H5P_DEFAULT), "H5Dcreate2", name));
}

H5List access_without_locks(const std::string& path) {
  H5List access(check(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate", path));
#if H5_VERSION_GE(1, 10, 7)
  check(H5Pset_file_locking(access, false, true), "H5Pset_file_locking", path);
#else
  ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
#endif
  return access;
}

H5List access_to_make(const std::string& path) {
  auto access = access_without_locks(path);
  check(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18), "H5Pset_libver_bounds", path);
  return access;
}

H5File open_results(const std::string& path) {
  return H5File(check(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access_without_locks(path)), "H5Fopen", path));
}

H5Set make_packed_set(hid_t parent, const std::string& name, hid_t type, std::span<const std::int64_t> shape,
                      std::span<const std::byte> content) {
  constexpr std::int64_t chunk_places = 4096;
  std::vector<hsize_t> chunk(shape.begin(), shape.end());
  for (std::size_t i = 0; i < chunk.size(); ++i)
    chunk[i] = hsize_t(i == 1 ? std::min(shape[i], chunk_places) : shape[i]);
  if (chunk.size() > 1) chunk[0] = 1;
  const H5List list(check(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate", name));
  check(H5Pset_chunk(list, int(chunk.size()), chunk.data()), "H5Pset_chunk", name);
  check(H5Pset_shuffle(list), "H5Pset_shuffle", name);
  check(H5Pset_deflate(list, 6), "H5Pset_deflate", name);
  check(H5Pset_obj_track_times(list, false), "H5Pset_obj_track_times", name);
  const auto space = space_of(shape);
  H5Set set(check(H5Dcreate2(parent, name.c_str(), type, space, H5P_DEFAULT, list, H5P_DEFAULT), "H5Dcreate2", name));
  check(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, content.data()), "H5Dwrite", name);
  return set;
}

void set_attribute(hid_t object, const std::string& name, const std::string& text) {
  std::vector<char> padded(std::max<std::size_t>(text.size(), 1));
  std::copy(text.begin(), text.end(), padded.begin());
  write_attribute(object, name, text_type(padded.size()), {}, padded.data());
}

void set_attribute(hid_t object, const std::string& name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  const auto width = longest(texts);
  std::vector<char> padded(width * texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i)
    std::copy(texts[i].begin(), texts[i].end(), padded.begin() + std::ptrdiff_t(i * width));
  const std::int64_t count = std::int64_t(texts.size());
  write_attribute(object, name, text_type(width), {&count, 1}, padded.data());
}

void set_attribute(hid_t object, const std::string& name, std::int64_t value) {
  write_attribute(object, name, H5T_STD_I64LE, {}, &value);
}
void set_attribute(hid_t object, const std::string& name, std::uint64_t value) {
  write_attribute(object, name, H5T_STD_U64LE, {}, &value);
}
void set_attribute(hid_t object, const std::string& name, double value) {
  write_attribute(object, name, H5T_IEEE_F64LE, {}, &value);
}

std::vector<std::string> texts_attribute(hid_t object, const std::string& name) {
  if (check(H5Aexists(object, name.c_str()), "H5Aexists", name) == 0) return {};
  const H5Attribute attribute(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), "H5Aopen", name));
  const H5Kind type(check(H5Aget_type(attribute), "H5Aget_type", name));
  const H5Space space(check(H5Aget_space(attribute), "H5Aget_space", name));
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0)
    throw SystemError("attribute " + name + ": not a text of fixed size");
  const auto width = H5Tget_size(type);
  const auto count = std::size_t(check(H5Sget_simple_extent_npoints(space), "H5Sget_simple_extent_npoints", name));
  std::vector<char> padded(width * count);
  check(H5Aread(attribute, type, padded.data()), "H5Aread", name);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(text_at(padded.data() + i * width, width));
  return texts;
}

bool is_text_attribute(hid_t object, const std::string& name) {
  const H5Attribute attribute(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), "H5Aopen", name));
  const H5Kind type(check(H5Aget_type(attribute), "H5Aget_type", name));
  const H5Space space(check(H5Aget_space(attribute), "H5Aget_space", name));
  return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && H5Sget_simple_extent_npoints(space) == 1;
}

std::string text_attribute(hid_t object, const std::string& name) {
  const auto texts = texts_attribute(object, name);
  if (texts.size() != 1) throw SystemError("attribute " + name + ": absent or not one text");
  return texts.front();
}

std::int64_t integer_attribute(hid_t object, const std::string& name) {
  return number_attribute<std::int64_t>(object, name, H5T_NATIVE_INT64);
}
std::uint64_t unsigned_attribute(hid_t object, const std::string& name) {
  return number_attribute<std::uint64_t>(object, name, H5T_NATIVE_UINT64);
}
double real_attribute(hid_t object, const std::string& name) {
  return number_attribute<double>(object, name, H5T_NATIVE_DOUBLE);
}

}   // namespace archipel::io
