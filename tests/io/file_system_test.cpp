#include "io/file_system.hpp"

#include "base/error.hpp"
#include "io/descriptor.hpp"
#include "temporary_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <set>

using namespace archipel;
using namespace archipel::io;
namespace fs = std::filesystem;

// Calls that this program makes find these bodies first: file systems with fewer abilities.
namespace {
std::set<std::string> missing;
int folder_error = 0;

int no(int reason) {
  errno = reason;
  return -1;
}
}   // namespace

extern "C" {
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  if (missing.contains("renameat2")) return no(EINVAL);
  if (flags != 0 && ::access(to, F_OK) == 0) return no(EEXIST);
  return ::renameat(from_folder, from, to_folder, to);
}
int link(const char* from, const char* to) {
  if (missing.contains("link")) return no(EPERM);
  return ::linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int fsync(int file) {
  struct ::stat info {};
  if (folder_error != 0 && ::fstat(file, &info) == 0 && S_ISDIR(info.st_mode)) return no(folder_error);
  return ::fdatasync(file);
}
}

namespace {

struct Case : TemporaryFolder {
  std::string from = path + "/from", to = path + "/to";
  Case() {
    missing.clear();
    folder_error = 0;
  }
  ~Case() { folder_error = 0; }
  static void write(const std::string& name, const std::string& text) { std::ofstream(name) << text; }
  static std::string content(const std::string& name) {
    std::ifstream file(name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

}   // namespace

BOOST_FIXTURE_TEST_CASE(a_rename_never_replaces_whatever_the_file_system_lacks, Case) {
  for (const auto& lacks : {std::set<std::string>{}, {"renameat2"}, {"renameat2", "link"}}) {
    missing = lacks;
    write(from, "new");
    BOOST_TEST(rename_without_replacing(from, to));
    BOOST_TEST(content(to) == "new");
    BOOST_TEST(!fs::exists(from));
    write(from, "newer");
    BOOST_TEST(!rename_without_replacing(from, to));
    BOOST_TEST(content(to) == "new");
    BOOST_TEST(content(from) == "newer");
    fs::remove(to);
    fs::remove(from);
    BOOST_CHECK_THROW(rename_without_replacing(from, to), SystemError);
    BOOST_TEST(!fs::exists(to));
  }
}

BOOST_FIXTURE_TEST_CASE(folders_that_cannot_be_synced_are_no_failure_but_those_that_fail_are, Case) {
  for (const int reason : {EINVAL, ENOSYS, EOPNOTSUPP}) {
    folder_error = reason;
    make_folder(path + "/folder-" + std::to_string(reason));
    write_durably(to, {});
    write(from, "new");
    fs::remove(to);
    BOOST_TEST(name_durably(from, to));
  }
  folder_error = EIO;
  BOOST_CHECK_THROW(write_durably(to, {}), SystemError);
  fs::remove(to);
  write(from, "new");
  BOOST_CHECK_THROW(name_durably(from, to), SystemError);
  BOOST_TEST(!fs::exists(to));
  BOOST_TEST(!fs::exists(from));
}

BOOST_FIXTURE_TEST_CASE(the_umask_decides_who_may_write, Case) {
  const auto before = ::umask(002);
  write_durably(to, {});
  ::umask(before);
  BOOST_TEST((fs::status(to).permissions() == fs::perms(0664)));
}

BOOST_FIXTURE_TEST_CASE(a_link_means_the_file_it_leads_to, Case) {
  write(to, "");
  fs::create_symlink("to", path + "/link");
  fs::create_symlink("link", path + "/second");
  fs::create_symlink("nowhere", path + "/dangling");
  BOOST_TEST(fs::equivalent(real_name(path + "/second"), to));
  BOOST_TEST(fs::path(real_name(path + "/link")).filename() == "to");
  BOOST_TEST(real_name(path + "/dangling") == path + "/dangling");
  BOOST_TEST(real_name(to) == to);
  BOOST_TEST(real_name(path + "/absent") == path + "/absent");
}
