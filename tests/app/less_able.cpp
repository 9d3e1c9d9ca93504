// Preloaded into the program by file_systems.sh: a file system that lacks what the words in LACKS name: locks (NFS without its daemon),
// folder_sync (CIFS, some of FUSE), links (shared folders, exFAT: neither hard links nor renames that do not replace).

#include <dlfcn.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace {

bool lacks(const char* what) {
  const char* words = std::getenv("LACKS");
  return words != nullptr && std::strstr(words, what) != nullptr;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int no(int reason) {
  errno = reason;
  return -1;
}

}   // namespace

extern "C" {

int flock(int file, int operation) {
  return lacks("locks") ? no(ENOLCK) : next<int(int, int)>("flock")(file, operation);
}
int fsync(int file) {
  struct stat info {};
  if (lacks("folder_sync") && ::fstat(file, &info) == 0 && S_ISDIR(info.st_mode)) return no(EINVAL);
  return next<int(int)>("fsync")(file);
}
int renameat2(int a, const char* from, int b, const char* to, unsigned flags) {
  if (lacks("links")) return no(EINVAL);
  return next<int(int, const char*, int, const char*, unsigned)>("renameat2")(a, from, b, to, flags);
}
int link(const char* from, const char* to) {
  return lacks("links") ? no(EPERM) : next<int(const char*, const char*)>("link")(from, to);
}

}   // extern "C"
