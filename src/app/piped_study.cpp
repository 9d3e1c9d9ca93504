#include "app/piped_study.hpp"

#include "base/error.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace archipel::app {
namespace {

constexpr std::size_t enough = 17 << 20;   // bytes: more than a study file may have

bool can_be_read_once(const std::string& path) {
  struct stat facts {};
  return path == "-" || (::stat(path.c_str(), &facts) == 0 && (S_ISFIFO(facts.st_mode) || S_ISCHR(facts.st_mode)));
}

/// Copies what can be read from one descriptor to another.
void copy(int from, int to, const std::string& path) {
  std::array<char, 65536> block;
  for (std::size_t all = 0; all < enough;) {
    const auto count = ::read(from, block.data(), block.size());
    if (count == 0) return;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_errno("read", path);
    if (::write(to, block.data(), std::size_t(count)) != count) throw_errno("write", "a file in memory");
    all += std::size_t(count);
  }
}

}   // namespace

void keep_piped_study(std::string& path, char** argv) {
  static char standard_input[] = "-", named[] = "--study=-";
  if (!can_be_read_once(path)) return;
  const int from = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (from < 0) throw InputError(path + ": cannot be opened: " + std::string(std::strerror(errno)));
  const int memory = ::memfd_create("study", MFD_CLOEXEC);
  if (memory < 0) throw_errno("memfd_create", "study");
  copy(from, memory, path);
  ::lseek(memory, 0, SEEK_SET);
  if (::dup2(memory, STDIN_FILENO) < 0) throw_errno("dup2", "standard input");
  ::close(memory);
  if (from != STDIN_FILENO) ::close(from);
  for (; *argv; ++argv) {
    if (*argv == path) *argv = standard_input;
    if (*argv == "--study=" + path) *argv = named;
  }
  path = standard_input;
}

std::string shown_study(const std::string& path) { return path == "-" ? "standard input" : path; }

}   // namespace archipel::app
