#include "io/model_file.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "io/descriptor.hpp"
#include "io/file_system.hpp"
#include "io/hdf5.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace archipel::io {
namespace {

void fill(const std::string& path, const std::vector<NamedTensor>& tensors,
          const std::vector<std::pair<std::string, std::string>>& attributes) {
  const QuietHdf5 quiet;
  const auto access = access_to_make(path);
  const H5List creation(check(H5Pcreate(H5P_FILE_CREATE), "H5Pcreate", path));
  check(H5Pset_obj_track_times(creation, false), "H5Pset_obj_track_times", path);
  H5File file(check(H5Fcreate(path.c_str(), H5F_ACC_EXCL, creation, access), "H5Fcreate", path));
  for (const auto& [name, text] : attributes) set_attribute(file, name, text);
  for (const auto& tensor : tensors) {
    std::int64_t count = 1;
    for (const auto extent : tensor.shape) count *= extent;
    if (count != std::int64_t(tensor.values.size()))
      throw SystemError("tensor " + tensor.name + ": values and shape differ in number");
    const auto set = make_set(file, tensor.name, H5T_IEEE_F32LE, tensor.shape);
    if (count > 0)
      check(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.values.data()), "H5Dwrite",
            tensor.name);
  }
  check(H5Fclose(file.release()), "H5Fclose", path);
}

herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

std::string script_of(const std::string& path) { return std::filesystem::path(path).replace_extension(".pt").string(); }

}   // namespace

void write_model(const std::string& path, const std::vector<NamedTensor>& tensors,
                 const std::vector<std::pair<std::string, std::string>>& attributes) {
  const auto temporary = temporary_name(path);
  try {
    fill(temporary, tensors, attributes);
    Descriptor(temporary, O_RDWR).sync();
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw_errno("rename", path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder_of(path);
}

std::vector<std::pair<std::string, std::string>> texts_of_model(const std::string& path) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return {};
  const QuietHdf5 quiet;
  std::vector<std::pair<std::string, std::string>> texts;
  try {
    const auto file = open_results(path);
    std::vector<std::string> names;
    check(H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, &collect_name, &names), "H5Aiterate2", path);
    for (const auto& name : names) texts.emplace_back(name, text_attribute(file, name));
  } catch (const SystemError&) {
    return {};
  }
  return texts;
}

std::uint32_t checksum_of_model(const std::string& path) {
  return std::uint32_t(checksum_of(read_file(script_of(path)), checksum_of(read_file(path))));
}

bool model_holds(const std::string& path, std::uint32_t checksum) {
  std::error_code code;
  return std::filesystem::exists(path, code) && std::filesystem::exists(script_of(path), code) &&
         checksum_of_model(path) == checksum;
}

}   // namespace archipel::io
