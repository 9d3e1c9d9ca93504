#include "app/commands.hpp"
#include "base/error.hpp"
#include "base/shell.hpp"
#include "io/file_system.hpp"
#include "io/rows_csv.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <numeric>

namespace archipel::app {
namespace {

/// Where the lines go: standard output, or a file that appears when it is whole.
class Sink {
 public:
  explicit Sink(const std::string& path) : path_(path) {
    if (path.empty() || path == "-") return;
    if (std::filesystem::exists(std::filesystem::symlink_status(path)))
      throw InputError(path + ": exists already and is never overwritten: name another file");
    temporary_ = io::temporary_name(path);
    file_.reset(std::fopen(temporary_.c_str(), "wbx"));
    if (!file_) throw InputError(path + ": cannot be made: " + std::strerror(errno));
  }
  ~Sink() {
    if (temporary_.empty()) return;
    std::error_code code;   // a file that was not finished is of no use
    std::filesystem::remove(temporary_, code);
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stream()) != text.size()) fail();
  }
  void finish() {
    if (std::fflush(stream()) != 0) fail();
    if (temporary_.empty()) return;
    if (std::fclose(file_.release()) != 0) fail();
    if (!io::rename_without_replacing(temporary_, path_)) throw InputError(path_ + ": was made by another program");
    temporary_.clear();
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::FILE* stream() const { return file_ ? file_.get() : stdout; }
  [[noreturn]] void fail() const { throw_errno("write", temporary_.empty() ? "standard output" : path_); }

  std::string path_, temporary_;
  std::unique_ptr<std::FILE, Close> file_;
};

}   // namespace

int rows(const std::string& results, const std::string& stage, const std::string& output) {
  const io::ResultsReader reader(results);
  std::vector<std::size_t> stages(reader.stage_count());
  std::iota(stages.begin(), stages.end(), std::size_t{0});
  if (!stage.empty()) stages = {io::stage_named(reader, stage)};
  Sink sink(output);
  const auto broken = io::write_rows(reader, stages, [&](std::string_view text) { sink.write(text); });
  sink.finish();
  if (broken == 0) return 0;
  std::fprintf(stderr, "archipel: %s: %lld rows do not hold and are left out: `archipel verify %s` shows them\n",
               results.c_str(), static_cast<long long>(broken), shell_path(results).c_str());
  return 1;
}

}   // namespace archipel::app
