// Preloaded into the program by killed_at.sh: ends it with SIGKILL at one of its system and MPI calls on paths that contain KILL_PATH.
// Without KILL_AT all of them are listed in KILL_LIST, one "number call offset size path" a line (offset and size of a write, in
// bytes). With it, call number KILL_AT is the last: KILL_HOW is before, half (of the bytes of a write) or after. Under MPI only rank
// KILL_RANK counts.

#include <dlfcn.h>
#include <fcntl.h>
#include <mpi.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

enum class How { not_now, before, half, after };
std::atomic<int> calls = 0;

[[noreturn]] void die() {
  kill(getpid(), SIGKILL);
  std::abort();
}

/// Counts a call; `before` has happened when this returns.
How count(const char* call, const std::string& path, long long offset = 0, std::size_t size = 0) {
  static const std::string wanted = setting("KILL_PATH"), at = setting("KILL_AT"), how = setting("KILL_HOW"),
                           list = setting("KILL_LIST"), rank = setting("KILL_RANK");
  if (wanted.empty() || path.find(wanted) == std::string::npos) return How::not_now;
  if (!rank.empty() && setting("OMPI_COMM_WORLD_RANK") + setting("PMI_RANK") != rank) return How::not_now;
  const int number = ++calls;
  if (!list.empty()) {
    if (std::FILE* file = std::fopen(list.c_str(), "a")) {
      std::fprintf(file, "%d %s %lld %zu %s\n", number, call, offset, size, path.c_str());
      std::fclose(file);
    }
  }
  if (at.empty() || number != std::atoi(at.c_str())) return How::not_now;
  if (how == "before") die();
  return how == "half" ? How::half : How::after;
}

std::string path_of(int descriptor) {
  char path[4096];
  const auto length = readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path, sizeof path);
  return length > 0 ? std::string(path, std::size_t(length)) : "";
}

template <class Result, class Call>
Result around(const char* name, const std::string& path, const Call& call) {
  const auto how = count(name, path);
  const Result result = call();
  if (how != How::not_now) die();
  return result;
}

/// Only what makes a file changes the folder.
const char* opening(int flags) { return flags & O_CREAT ? "create" : "open"; }

ssize_t write_part(const char* name, int file, const void* bytes, size_t size, off_t offset) {
  const auto how = count(name, path_of(file), offset, size);
  static const auto real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  const auto written = real(file, bytes, how == How::half ? size / 2 : size, offset);
  if (how != How::not_now) die();
  return written;
}

}   // namespace

extern "C" {

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  return write_part("write", file, bytes, size, offset);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off_t offset) {
  return write_part("write", file, bytes, size, offset);
}
int fsync(int file) {
  return around<int>("sync", path_of(file), [&] { return next<int(int)>("fsync")(file); });
}
int fdatasync(int file) {
  return around<int>("sync", path_of(file), [&] { return next<int(int)>("fdatasync")(file); });
}
int rename(const char* from, const char* to) {
  return around<int>("rename", to, [&] { return next<int(const char*, const char*)>("rename")(from, to); });
}
int renameat2(int a, const char* from, int b, const char* to, unsigned flags) {
  return around<int>("rename", to, [&] {
    return next<int(int, const char*, int, const char*, unsigned)>("renameat2")(a, from, b, to, flags);
  });
}
int unlink(const char* path) {
  return around<int>("unlink", path, [&] { return next<int(const char*)>("unlink")(path); });
}
int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = (flags & O_CREAT) ? va_arg(rest, unsigned) : 0;
  va_end(rest);
  return around<int>(opening(flags), path, [&] { return next<int(const char*, int, ...)>("open")(path, flags, mode); });
}
int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = (flags & O_CREAT) ? va_arg(rest, unsigned) : 0;
  va_end(rest);
  return around<int>(opening(flags), path,
                     [&] { return next<int(const char*, int, ...)>("open64")(path, flags, mode); });
}
int MPI_Issend(const void* bytes, int size, MPI_Datatype type, int to, int tag, MPI_Comm comm, MPI_Request* request) {
  return around<int>("send", setting("KILL_PATH") + ": a message",
                     [&] { return PMPI_Issend(bytes, size, type, to, tag, comm, request); });
}

}   // extern "C"
