#include "io/user_block.hpp"

#include "base/error.hpp"
#include "io/descriptor.hpp"
#include "io/schema.hpp"

#include <fcntl.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace archipel::io {
namespace {

constexpr char magic[32] = "archipel results file\n";
constexpr std::int64_t largest_block = std::int64_t{1} << 30;

struct Header {
  char magic[32];
  std::uint64_t schema;
  std::int64_t bytes, file_bytes;
  std::uint64_t metadata_high, metadata_low;
  std::uint64_t extents;
  std::uint64_t checksum;   // of the entries, then of this header before it
};

struct Entry {
  char name[80];
  std::int64_t offset, bytes;
};

std::uint64_t checksum(const Header& header, const std::vector<Entry>& entries) {
  return checksum_of(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, checksum)),
                     checksum_of(std::as_bytes(std::span(entries))));
}

}   // namespace

const Extent& UserBlock::extent(const std::string& name) const {
  const auto found = std::ranges::find(extents, name, &Extent::name);
  if (found == extents.end()) throw SystemError("this results file has no data set " + name);
  return *found;
}

std::int64_t user_block_bytes(std::size_t extents, std::int64_t least) {
  const auto needed = std::max<std::int64_t>({4096, least, std::int64_t(sizeof(Header) + extents * sizeof(Entry))});
  return std::int64_t(std::bit_ceil(std::uint64_t(needed)));
}

std::vector<std::byte> encode(const UserBlock& block) {
  Header header{};
  std::memcpy(header.magic, magic, sizeof magic);
  header.schema = std::uint64_t(block.schema);
  header.bytes = block.bytes;
  header.file_bytes = block.file_bytes;
  header.metadata_high = block.metadata.high;
  header.metadata_low = block.metadata.low;
  header.extents = block.extents.size();
  std::vector<Entry> entries(block.extents.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& extent = block.extents[i];
    if (extent.name.size() >= sizeof entries[i].name)
      throw SystemError("the name of data set " + extent.name + " is too long");
    std::memcpy(entries[i].name, extent.name.data(), extent.name.size());
    entries[i].offset = extent.offset;
    entries[i].bytes = extent.bytes;
  }
  header.checksum = checksum(header, entries);
  std::vector<std::byte> bytes(sizeof header + entries.size() * sizeof(Entry));
  std::memcpy(bytes.data(), &header, sizeof header);
  if (!entries.empty()) std::memcpy(bytes.data() + sizeof header, entries.data(), entries.size() * sizeof(Entry));
  return bytes;
}

Digest metadata_digest(const Descriptor& file, std::int64_t block_bytes, const std::vector<Extent>& extents) {
  Hasher hasher;
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  const auto size = file.size();
  const auto add = [&](std::int64_t from, std::int64_t to) {
    hasher.add(from).add(to);
    while (from < to) {
      const auto part =
          std::span(buffer).first(std::size_t(std::min<std::int64_t>(to - from, std::int64_t(buffer.size()))));
      if (file.read_at(part, from) != part.size()) throw SystemError(file.path() + ": truncated");
      hasher.add(std::span<const std::byte>(part));
      from += std::int64_t(part.size());
    }
  };
  std::int64_t position = block_bytes;
  for (const auto& extent : extents) {
    add(position, extent.offset);
    position = extent.offset + extent.bytes;
  }
  add(position, size);
  return hasher.digest();
}

UserBlock read_user_block(const Descriptor& file) {
  Header header{};
  const auto found = file.read_at(std::as_writable_bytes(std::span(&header, 1)), 0);
  if (found == 0)
    throw InputError(
        file.path() +
        ": is empty: if a start that was killed while it made the file has left it, remove it and begin again");
  if (found < sizeof header.magic || std::memcmp(header.magic, magic, sizeof magic) != 0) {
    throw InputError(file.path() + ": not an archipel results file");
  }
  if (found < sizeof header) throw SystemError(file.path() + ": truncated within its first block");
  const SystemError damaged(file.path() + ": damaged: the digest of its first block differs");
  if (header.bytes < 4096 || header.bytes > largest_block ||
      header.extents > std::uint64_t(header.bytes) / sizeof(Entry))
    throw damaged;
  std::vector<Entry> entries(header.extents);
  const auto entry_bytes = std::as_writable_bytes(std::span(entries));
  if (file.read_at(entry_bytes, sizeof header) != entry_bytes.size() || header.checksum != checksum(header, entries))
    throw damaged;
  if (header.schema != std::uint64_t(schema_version)) {
    throw InputError(file.path() + ": written with schema version " + std::to_string(header.schema) +
                     ", this archipel reads version " + std::to_string(schema_version));
  }
  UserBlock block{.schema = schema_version,
                  .bytes = header.bytes,
                  .file_bytes = header.file_bytes,
                  .metadata = {header.metadata_high, header.metadata_low},
                  .extents = {}};
  for (const auto& entry : entries) {
    block.extents.push_back(
        {std::string(entry.name, ::strnlen(entry.name, sizeof entry.name)), entry.offset, entry.bytes});
  }
  if (const auto size = file.size(); size < block.file_bytes) {
    throw SystemError(file.path() + ": truncated: " + std::to_string(size) + " bytes instead of " +
                      std::to_string(block.file_bytes));
  }
  return block;
}

CheckedBlock check_metadata(const std::string& path) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) throw InputError(path + ": there is no such results file");
  if (!std::filesystem::is_regular_file(status)) throw InputError(path + ": not a file");
  const Descriptor file(path, O_RDONLY);
  auto block = read_user_block(file);
  // The rest of the block is zero: a file with anything there was written by something else.
  std::vector<std::byte> rest(std::size_t(block.bytes) - sizeof(Header) - block.extents.size() * sizeof(Entry));
  const auto begin = block.bytes - std::int64_t(rest.size());
  if (file.read_at(rest, begin) != rest.size() ||
      std::ranges::any_of(rest, [](std::byte b) { return b != std::byte{0}; })) {
    throw SystemError(path + ": damaged: bytes after its first block's table");
  }
  const bool changed = metadata_digest(file, block.bytes, block.extents) != block.metadata;
  return {std::move(block), changed};
}

UserBlock verify_metadata(const std::string& path) {
  auto [block, changed] = check_metadata(path);
  if (changed) throw SystemError(path + ": " + metadata_changed);
  return block;
}

}   // namespace archipel::io
