#include "io/gz_reader.hpp"

#include "base/error.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace archipel::io {

void GzReader::Close::operator()(gzFile_s* file) const { gzclose_r(file); }

GzReader::GzReader(std::string path) : path_(std::move(path)) {
  errno = 0;
  file_.reset(gzopen(path_.c_str(), "rb"));
  if (!file_) throw InputError(path_ + ": cannot be opened: " + std::strerror(errno != 0 ? errno : ENOMEM));
  gzbuffer(file_.get(), 1 << 17);
}

std::size_t GzReader::read(std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto part = unsigned(std::min<std::size_t>(bytes.size() - done, 1u << 30));
    errno = 0;
    const int got = gzread(file_.get(), bytes.data() + done, part);
    int code = Z_OK;
    std::string message = gzerror(file_.get(), &code);
    if (got < 0 || code == Z_BUF_ERROR) {   // Z_BUF_ERROR: cut short
      if (code == Z_ERRNO) throw InputError(path_ + ": cannot be read: " + std::strerror(errno));
      if (message.starts_with(path_ + ": ")) message.erase(0, path_.size() + 2);
      throw InputError(path_ + ": damaged compressed file: " + message);
    }
    if (got == 0) break;
    done += std::size_t(got);
  }
  return done;
}

}   // namespace archipel::io
