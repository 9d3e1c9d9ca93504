#include "io/idx.hpp"

#include "base/error.hpp"
#include "io/gz_reader.hpp"

#include <algorithm>
#include <array>

namespace archipel::io {
namespace {

constexpr int unsigned_byte = 0x08;   // the format's code for its type
constexpr std::size_t most_values = std::size_t{1} << 40;

std::string type_of(std::uint8_t code) {
  switch (code) {
    case 0x09:
      return " (signed bytes)";
    case 0x0b:
      return " (int16)";
    case 0x0c:
      return " (int32)";
    case 0x0d:
      return " (float32)";
    case 0x0e:
      return " (float64)";
    default:
      return "";
  }
}

/// Every failure names the file.
class Reader {
 public:
  explicit Reader(const std::string& path) : file_(path) {}

  [[noreturn]] void fail(const std::string& what) const { throw InputError(file_.path() + ": " + what); }

  /// As many bytes as there are, at most bytes.size().
  std::size_t read(std::span<std::uint8_t> bytes) { return file_.read(std::as_writable_bytes(bytes)); }

  /// Reads on to the end: `got` of `expected` values and nothing behind them must be there.
  void check_end(std::size_t got, std::size_t expected) {
    if (got != expected)
      fail("truncated: " + std::to_string(got) + " of " + std::to_string(expected) + " values are there");
    std::uint8_t more;
    if (read(std::span(&more, 1)) != 0) fail("has more than the " + std::to_string(expected) + " values of its header");
  }

  IdxHeader header(int rank) {
    std::uint8_t magic[4];
    if (read(magic) != 4) fail("too short for an IDX file");
    if (magic[0] != 0 || magic[1] != 0) fail("not an IDX file: it does not begin with two zero bytes");
    if (magic[2] != unsigned_byte)
      fail("type code " + std::to_string(magic[2]) + type_of(magic[2]) + ": allowed 8 (unsigned bytes)" +
           (rank == 3 ? "; pixels from 0 to 1 must be multiplied by 255 before they become bytes" : ""));
    if (magic[3] != rank)
      fail("has " + std::to_string(magic[3]) + " dimensions: expected " + std::to_string(rank) +
           (rank == 3 && magic[3] == 4 ? " (count, height, width); images of several channels come as HDF5 shards, "
                                         "docs/data.md"
                                       : ""));
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
  GzReader file_;
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
  reader.check_end(reader.read(body), body.size());
}

Digest digest_of_idx(const std::string& path, const IdxHeader& header, const ReadOn& also) {
  const std::size_t expected = header.values();
  Reader reader(path);
  reader.header(int(header.shape.size()));
  Hasher hasher;
  for (const int extent : header.shape) hasher.add(extent);
  std::vector<std::uint8_t> block(std::size_t{1} << 16);
  std::size_t got = 0;
  while (got < expected) {
    const auto part = reader.read(std::span(block).first(std::min(block.size(), expected - got)));
    if (part == 0) break;
    hasher.add(std::as_bytes(std::span(block).first(part)));
    if (also) also(std::span(block).first(part));
    got += part;
  }
  reader.check_end(got, expected);
  return hasher.digest();
}

void check_classes(const std::string& path, std::span<const std::uint8_t> labels) {
  std::array<bool, 257> there{};
  for (const auto label : labels) there[label] = true;
  const auto gap = std::find(there.begin() + 1, there.end(), false) - there.begin();   // some data sets begin with 1
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] > gap)
      throw InputError(path + ": label " + std::to_string(labels[i]) + " of image " + std::to_string(i) +
                       ": allowed 0 to " + std::to_string(gap - 1) + ", because no image has label " +
                       std::to_string(gap));
  if (!labels.empty() && std::ranges::count(labels, labels[0]) == std::ptrdiff_t(labels.size()))
    throw InputError(path + ": all " + std::to_string(labels.size()) + " labels are " + std::to_string(labels[0]) +
                     ": there is nothing to tell apart; allowed are labels of at least two classes, 0 and 1");
}

void check_labels(const std::string& path, std::span<const std::uint8_t> labels,
                  std::span<const std::int64_t> trained) {
  const auto is_trained = [&](std::size_t label) { return label < trained.size() && trained[label] > 0; };
  const std::size_t first = is_trained(0) ? 0 : 1;   // some data sets begin with 1
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (!is_trained(labels[i]))
      throw InputError(path + ": label " + std::to_string(labels[i]) + " of image " + std::to_string(i) + ": allowed " +
                       std::to_string(first) + " to " + std::to_string(trained.size() - 1) +
                       ", which training images have");
}

}   // namespace archipel::io
