#include "io/file_system.hpp"

#include "base/error.hpp"
#include "io/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace archipel::io {
namespace {

namespace fs = std::filesystem;

/// Whether `reason` is how a file system, or a kernel, says that it has no such call.
bool is_no_such_call(int reason) {
  return reason == EINVAL || reason == ENOSYS || reason == EOPNOTSUPP || reason == ENOTSUP || reason == EPERM;
}

/// The name is taken by a file of our own first, which nobody else can then make, and which the rename replaces.
bool rename_over_own_file(const std::string& from, const std::string& to) {
  const int id = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (id < 0) {
    if (errno == EEXIST) return false;
    throw_errno("open", to);
  }
  ::close(id);
  if (::rename(from.c_str(), to.c_str()) == 0) return true;
  const int reason = errno;
  ::unlink(to.c_str());
  errno = reason;
  throw_errno("rename", to);
}

}   // namespace

void make_folder(const std::string& folder) {
  std::error_code code;
  if (!fs::create_directories(folder, code)) {
    if (code) throw SystemError("mkdir(" + folder + "): " + code.message());
    return;
  }
  sync_folder_of(folder);
}

void sync_folder_of(const std::string& path) {
  const auto parent = fs::path(path).parent_path();
  const Descriptor folder(parent.empty() ? "." : parent.string(), O_RDONLY | O_DIRECTORY);
  if (::fsync(folder.number()) != 0 && !is_no_such_call(errno)) throw_errno("fsync", folder.path());
}

bool rename_without_replacing(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  if (!is_no_such_call(errno)) throw_errno("renameat2", to);
  if (::link(from.c_str(), to.c_str()) == 0) {   // a hard link does not replace either
    if (::unlink(from.c_str()) != 0) throw_errno("unlink", from);
    return true;
  }
  if (errno == EEXIST) return false;
  if (!is_no_such_call(errno)) throw_errno("link", to);
  return rename_over_own_file(from, to);
}

bool name_durably(const std::string& from, const std::string& to) {
  if (!rename_without_replacing(from, to)) return false;
  try {
    sync_folder_of(to);
  } catch (...) {
    ::unlink(to.c_str());
    throw;
  }
  return true;
}

std::string temporary_name(const std::string& path) {
  static std::atomic<int> calls{0};
  char host[64] = "";
  ::gethostname(host, sizeof host - 1);
  return path + ".partial-" + host + "-" + std::to_string(::getpid()) + "-" + std::to_string(++calls);
}

std::string real_name(const std::string& path) {
  std::error_code code;
  if (!fs::is_symlink(path, code)) return path;
  const auto real = fs::canonical(path, code);
  return code ? path : real.string();
}

}   // namespace archipel::io
