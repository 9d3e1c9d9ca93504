#include "io/descriptor.hpp"

#include "base/error.hpp"
#include "io/file_system.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace archipel::io {

Descriptor::Descriptor(std::string path, int flags, unsigned mode) : path_(std::move(path)) {
  do {
    id_ = ::open(path_.c_str(), flags | O_CLOEXEC, mode);
  } while (id_ < 0 && errno == EINTR);
  if (id_ < 0) throw_errno("open", path_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept
    : path_(std::move(other.path_)), id_(std::exchange(other.id_, -1)) {}

Descriptor::~Descriptor() {
  if (id_ >= 0) ::close(id_);
}

void Descriptor::close() {
  if (id_ >= 0 && ::close(std::exchange(id_, -1)) != 0 && errno != EINTR) throw_errno("close", path_);
}

std::int64_t Descriptor::size() const {
  struct stat info {};
  if (::fstat(id_, &info) != 0) throw_errno("fstat", path_);
  return info.st_size;
}

void Descriptor::write_at(std::span<const std::byte> bytes, std::int64_t offset) {
  while (!bytes.empty()) {
    const auto count = ::pwrite(id_, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = ENOSPC;   // POSIX lets a full device answer so
    if (count <= 0) throw_errno("pwrite", path_);
    bytes = bytes.subspan(std::size_t(count));
    offset += count;
  }
}

std::size_t Descriptor::read_at(std::span<std::byte> bytes, std::int64_t offset) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto count = ::pread(id_, bytes.data() + done, bytes.size() - done, offset + std::int64_t(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno("pread", path_);
    if (count == 0) break;
    done += std::size_t(count);
  }
  return done;
}

void Descriptor::sync() {
  if (::fsync(id_) != 0) throw_errno("fsync", path_);
}

void Descriptor::sync_data() {
  if (::fdatasync(id_) != 0) throw_errno("fdatasync", path_);
}

std::vector<std::byte> read_file(const std::string& path) {
  const Descriptor file(path, O_RDONLY);
  std::vector<std::byte> bytes(std::size_t(file.size()));
  bytes.resize(file.read_at(bytes, 0));
  return bytes;
}

void write_durably(const std::string& path, std::span<const std::byte> bytes) {
  const auto temporary = temporary_name(path);
  try {
    Descriptor file(temporary, O_WRONLY | O_CREAT | O_EXCL);
    file.write_at(bytes, 0);
    file.sync();
    file.close();
    if (::rename(temporary.c_str(), path.c_str()) != 0) throw_errno("rename", path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder_of(path);
}

}   // namespace archipel::io
