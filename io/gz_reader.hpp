#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct gzFile_s;

namespace archipel::io {

/// A plain or gzip-compressed file, read from its beginning. InputError naming the path if it cannot be read, or is compressed and
/// damaged or cut short.
class GzReader {
 public:
  explicit GzReader(std::string path);
  /// As many bytes as there are, at most bytes.size().
  std::size_t read(std::span<std::byte> bytes);
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  std::string path_;
  std::unique_ptr<gzFile_s, Close> file_;
};

}   // namespace archipel::io
