#include "io/results_watch.hpp"

#include "base/error.hpp"
#include "base/shell.hpp"
#include "io/file_system.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <optional>
#include <thread>

namespace archipel::io {
namespace {

namespace fs = std::filesystem;

struct Identity {
  dev_t device = 0;
  ino_t number = 0;
  bool operator==(const Identity&) const = default;
};

Identity identity_of(const struct ::stat& info) { return {info.st_dev, info.st_ino}; }

/// Nothing if nothing has this name.
std::optional<Identity> identity_of(const std::string& path) {
  struct ::stat info {};
  if (::stat(path.c_str(), &info) == 0) return identity_of(info);
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ESTALE) return {};
  throw_errno("stat", path);
}

/// The name that leads to `file` now, as far as the system knows; "" if there is none, or one that NFS and FUSE give to removed files
/// until they are closed.
std::string name_now(const Descriptor& file, const Identity& own) {
  std::error_code code;
  const auto name = fs::read_symlink("/proc/self/fd/" + std::to_string(file.number()), code).string();
  const auto last = fs::path(name).filename().string();
  const bool until_closed = last.starts_with(".nfs") || last.starts_with(".fuse_hidden");
  return !code && !until_closed && identity_of(name) == own ? name : "";
}

/// Copies what was written; the gaps, which a results file of a long study mostly is, stay gaps.
void copy_content(const Descriptor& from, Descriptor& to) {
  const auto size = from.size();
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  for (std::int64_t at = 0; at < size;) {
    const auto data = ::lseek(from.number(), at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;   // a gap up to the end
    at = std::max<std::int64_t>(at, data);   // -1: a file system without gaps
    const auto part =
        std::span(buffer).first(std::size_t(std::min<std::int64_t>(size - at, std::int64_t(buffer.size()))));
    const auto found = from.read_at(part, at);
    if (found == 0) break;
    if (std::ranges::any_of(part.first(found), [](std::byte b) { return b != std::byte{0}; }))
      to.write_at(part.first(found), at);
    at += std::int64_t(found);
  }
  if (::ftruncate(to.number(), size) != 0) throw_errno("ftruncate", to.path());
}

/// "results.rescued.h5" of "results.h5", "results.rescued-2.h5"
std::string saved_name(const std::string& path, int number) {
  const fs::path old(path);
  const auto suffix = ".rescued" + (number > 1 ? "-" + std::to_string(number) : "");
  return fs::path(old).replace_extension(suffix + old.extension().string()).string();
}

/// Gives the content of `file` a name beside its old one, which is returned.
std::string save_beside(const Descriptor& file) {
  const auto temporary = temporary_name(file.path());
  try {
    Descriptor copy(temporary, O_RDWR | O_CREAT | O_EXCL);
    copy_content(file, copy);
    copy.sync();
    copy.close();
    for (int number = 1;; ++number) {
      const auto name = saved_name(file.path(), number);
      if (!rename_without_replacing(temporary, name)) continue;
      try {
        sync_folder_of(name);
      } catch (const SystemError&) {   // no reason to part with the only copy
      }
      return name;
    }
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

/// Whether a file beside `path` is a copy of the results file that began with `made`. At the start of a run there was none.
bool is_saved(const std::string& path, const UserBlock& made) {
  std::error_code code;
  for (int number = 1; fs::exists(saved_name(path, number), code); ++number) try {
      if (read_user_block(Descriptor(saved_name(path, number), O_RDONLY)).metadata == made.metadata) return true;
    } catch (const std::runtime_error&) {   // no results file, or none that can be read
    }
  return false;
}

/// Several ranks may notice, at once or late: the first saves the rows while the others wait for it to end the job, though not for
/// ever, because readers lock files, too. True for the first, which keeps the lock until its process ends, and where there are no locks.
bool is_first_to_save(const Descriptor& file, const UserBlock& made) {
  constexpr std::chrono::milliseconds patience{20'000}, pause{50};
  for (std::chrono::milliseconds waited{0}; waited < patience; waited += pause) {
    if (::flock(file.number(), LOCK_EX | LOCK_NB) == 0) {
      if (is_saved(file.path(), made)) return false;
      [[maybe_unused]] const int kept = ::dup(file.number());   // the lock outlives `file`
      return true;
    }
    if (errno != EWOULDBLOCK) return !is_saved(file.path(), made);
    std::this_thread::sleep_for(pause);
  }
  return !is_saved(file.path(), made);
}

[[noreturn]] void end_without_name(const Descriptor& file, const Identity& own, const UserBlock& made, bool replaced) {
  const auto& path = file.path();
  const auto remedy = [&](const std::string& name) {
    return ": keep other programs from moving it (as those that synchronise folders do), and first `mv " +
           shell_path(name) + " " + shell_path(path) + "`";
  };
  if (const auto name = name_now(file, own); !name.empty())
    throw SystemError(path + ": was moved to " + name + " while the study ran" + remedy(name));
  const auto begin =
      path + (replaced ? ": another file took its place while the study ran" : ": was removed while the study ran");
  if (!is_first_to_save(file, made)) {
    std::this_thread::sleep_for(std::chrono::seconds(2));   // it ends the job, and one message is enough
    throw SystemError(begin + "; another rank of this run saved its rows");
  }
  std::string saved;
  try {
    saved = save_beside(file);
  } catch (const SystemError& error) {
    throw SystemError(begin + ", and its rows could not be saved: " + error.what());
  }
  throw SystemError(begin + "; all rows of this run are saved in " + saved + remedy(saved));
}

}   // namespace

void require_nothing_saved_beside(const std::string& path) {
  const auto saved = saved_name(path, 1);
  std::error_code code;
  if (!fs::exists(saved, code)) return;
  throw InputError(saved + ": holds the rows of a run that lost its results file: go on with them after `mv " +
                   shell_path(saved) + " " + shell_path(path) + "`, or move it elsewhere");
}

void require_still_there(const Descriptor& file, const UserBlock& made) {
  struct ::stat info {};
  if (::fstat(file.number(), &info) != 0) throw_errno("fstat", file.path());
  const auto own = identity_of(info);
  const auto found = identity_of(file.path());
  if (!found || *found != own) end_without_name(file, own, made, found.has_value());
  std::string damage;
  try {
    if (read_user_block(file).metadata != made.metadata) damage = "its first block is that of another file";
  } catch (const std::runtime_error& error) {   // also one that says it is no results file
    damage = error.what();
  }
  if (!damage.empty())
    throw SystemError(file.path() + ": another program wrote into it while the study ran, and what it held is lost (" +
                      damage + "): put a copy in its place, or remove it and begin anew");
}

}   // namespace archipel::io
