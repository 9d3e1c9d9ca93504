#include "io/idx.hpp"

#include "base/error.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace archipel::io {
namespace {

constexpr int unsigned_byte = 0x08;   // the format's code for its type
constexpr std::size_t most_values = std::size_t{1} << 40;

/// A plain or compressed file; every failure names it.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {
    errno = 0;
    file_.reset(gzopen(path.c_str(), "rb"));
    if (!file_) fail(errno != 0 ? std::string("cannot be opened: ") + std::strerror(errno) : "cannot be opened");
    gzbuffer(file_.get(), 1 << 17);
  }

  [[noreturn]] void fail(const std::string& what) const { throw InputError(path_ + ": " + what); }

  /// As many bytes as there are, at most bytes.size().
  std::size_t read(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto part = unsigned(std::min<std::size_t>(bytes.size() - done, 1u << 30));
      errno = 0;
      const int got = gzread(file_.get(), bytes.data() + done, part);
      int code = Z_OK;
      const char* message = gzerror(file_.get(), &code);
      if (got < 0 || code == Z_BUF_ERROR)
        fail(code == Z_ERRNO ? std::string("cannot be read: ") + std::strerror(errno)
                             : std::string("damaged compressed file: ") + message);
      if (got == 0) break;
      done += std::size_t(got);
    }
    return done;
  }

  IdxHeader header(int rank) {
    std::uint8_t magic[4];
    if (read(magic) != 4) fail("too short for an IDX file");
    if (magic[0] != 0 || magic[1] != 0) fail("not an IDX file: it does not begin with two zero bytes");
    if (magic[2] != unsigned_byte) fail("type code " + std::to_string(magic[2]) + ": allowed 8 (unsigned bytes)");
    if (magic[3] != rank) fail("has " + std::to_string(magic[3]) + " dimensions: expected " + std::to_string(rank));
    IdxHeader header;
    std::size_t values = 1;
    for (int i = 0; i < rank; ++i) {
      std::uint8_t size[4];
      if (read(size) != 4) fail("ends within its header");
      const std::uint32_t extent =
          std::uint32_t{size[0]} << 24 | std::uint32_t{size[1]} << 16 | std::uint32_t{size[2]} << 8 | size[3];
      if (extent == 0 || extent > 0x7fffffff || values > most_values / extent)
        fail("dimension " + std::to_string(i) + " of size " + std::to_string(extent) + " is not possible");
      values *= extent;
      header.shape.push_back(int(extent));
    }
    return header;
  }

 private:
  struct Close {
    void operator()(gzFile_s* file) const { gzclose_r(file); }
  };
  std::string path_;
  std::unique_ptr<gzFile_s, Close> file_;
};

}   // namespace

std::size_t IdxHeader::values() const {
  std::size_t count = 1;
  for (const int extent : shape) count *= std::size_t(extent);
  return count;
}

IdxHeader read_idx_header(const std::string& path, int rank) { return Reader(path).header(rank); }

void read_idx(const std::string& path, const IdxHeader& header, std::span<std::uint8_t> body) {
  Reader reader(path);
  if (reader.header(int(header.shape.size())).shape != header.shape || body.size() != header.values())
    reader.fail("its header changed while it was read");
  const std::size_t got = reader.read(body);
  if (got != body.size())
    reader.fail("truncated: " + std::to_string(got) + " of " + std::to_string(body.size()) + " values are there");
  std::uint8_t more;
  if (reader.read(std::span(&more, 1)) != 0)
    reader.fail("has more than the " + std::to_string(body.size()) + " values of its header");
}

void check_labels(const std::string& path, std::span<const std::uint8_t> labels, int classes) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] >= classes)
      throw InputError(path + ": label " + std::to_string(labels[i]) + " of image " + std::to_string(i) +
                       ": allowed 0 to " + std::to_string(classes - 1));
}

}   // namespace archipel::io
