#include "app/search_journal.hpp"

#include "io/file_system.hpp"
#include "mpi/collectives.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace archipel::app {
namespace {

// A record: Head, `count` doubles, the checksum of both.
struct Head {
  Digest search;
  std::uint64_t count;
};

constexpr std::chrono::seconds sync_interval{5};

/// Reads the records that hold, up to the first that does not. Returns where they end.
std::int64_t read_records(std::span<const std::byte> bytes, std::map<Digest, std::vector<double>>& into) {
  std::size_t at = 0;
  for (;;) {
    Head head{};
    std::uint64_t checksum = 0;
    const auto left = bytes.size() - at;
    if (left < sizeof head + sizeof checksum) return std::int64_t(at);
    std::memcpy(&head, &bytes[at], sizeof head);
    if (head.count > (left - sizeof head - sizeof checksum) / sizeof(double)) return std::int64_t(at);
    const auto covered = sizeof head + std::size_t(head.count) * sizeof(double);
    std::memcpy(&checksum, &bytes[at + covered], sizeof checksum);
    if (checksum != checksum_of(bytes.subspan(at, covered))) return std::int64_t(at);
    std::vector<double> numbers(head.count);
    std::ranges::copy(bytes.subspan(at + sizeof head, numbers.size() * sizeof(double)),
                      std::as_writable_bytes(std::span(numbers)).begin());
    into.insert_or_assign(head.search, std::move(numbers));
    at += covered + sizeof checksum;
  }
}

constexpr const char* prefix = "rank-";

/// Those that starts have made.
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    if (file.is_regular_file() && file.path().filename().string().find(prefix) != std::string::npos)
      files.push_back(file.path().string());
  std::ranges::sort(files);
  return files;
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}   // namespace

SearchJournal::SearchJournal(const std::string& results, const mpi::Communicator& world) : folder_(folder_of(results)) {
  std::string all;
  mpi::on_root(world, [&] {
    io::make_folder(folder_);
    for (const auto& file : files_in(folder_)) {
      const auto bytes = io::read_file(file);
      std::map<Digest, std::vector<double>> found;
      all += text_of(std::span(bytes).first(std::size_t(read_records(bytes, found))));
    }
  });
  mpi::broadcast(world, all);
  read_records(std::as_bytes(std::span(all)), found_);
  mpi::on_all(world, [&] {
    std::string path;
    do path = io::temporary_name(folder_ + "/" + prefix + std::to_string(world.rank()));
    while (std::filesystem::exists(path));   // in a container process numbers come again
    mine_.emplace(path, O_RDWR | O_CREAT | O_EXCL);
    io::sync_folder_of(mine_->path());
  });
}

const std::vector<double>* SearchJournal::find(const Digest& search) const {
  const auto found = found_.find(search);
  return found == found_.end() ? nullptr : &found->second;
}

void SearchJournal::add(const Digest& search, std::span<const double> numbers) {
  const Head head{search, numbers.size()};
  std::vector<std::byte> record(sizeof head + numbers.size_bytes() + sizeof(std::uint64_t));
  std::memcpy(record.data(), &head, sizeof head);
  std::ranges::copy(std::as_bytes(numbers), record.begin() + std::ptrdiff_t(sizeof head));
  const auto covered = sizeof head + numbers.size_bytes();
  const std::uint64_t checksum = checksum_of(std::span(record).first(covered));
  std::memcpy(record.data() + covered, &checksum, sizeof checksum);
  mine_->write_at(record, end_);
  end_ += std::int64_t(record.size());
  const auto now = std::chrono::steady_clock::now();
  if (now - synced_ < sync_interval) return;
  mine_->sync();
  synced_ = now;
}

void SearchJournal::remove(const mpi::Communicator& world) {
  mine_.reset();
  mpi::barrier(world);
  if (world.rank() > 0) return;
  std::error_code code;   // what stays is in nobody's way
  if (!std::filesystem::exists(folder_, code)) return;
  for (const auto& file : files_in(folder_)) std::filesystem::remove(file, code);
  std::filesystem::remove(folder_, code);
}

}   // namespace archipel::app
