#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace archipel::io {

/// An open file. Every error is a SystemError that names the call and the path.
class Descriptor {
 public:
  /// `flags`, `mode`: of open(2); O_CLOEXEC is added. The umask decides what of the mode stays.
  Descriptor(std::string path, int flags, unsigned mode = 0666);
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&&) = delete;

  const std::string& path() const { return path_; }
  int number() const { return id_; }   // for signal handlers
  std::int64_t size() const;

  /// All of `bytes` at `offset`, whatever it takes.
  void write_at(std::span<const std::byte> bytes, std::int64_t offset);
  /// Bytes read: less than asked for only at the end of the file.
  std::size_t read_at(std::span<std::byte> bytes, std::int64_t offset) const;

  void sync();        // content and size
  void sync_data();   // content
  void close();       // errors that come late; idempotent

 private:
  std::string path_;
  int id_;
};

/// The whole content of a file.
std::vector<std::byte> read_file(const std::string& path);

/// Writes `bytes` under a temporary name, syncs, renames to `path` (over what is there), syncs the folder.
void write_durably(const std::string& path, std::span<const std::byte> bytes);

}   // namespace archipel::io
