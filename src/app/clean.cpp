#include "io/clean.hpp"
#include "app/commands.hpp"
#include "base/error.hpp"
#include "base/shell.hpp"
#include "io/status.hpp"
#include "io/verify.hpp"

#include <unistd.h>

#include <iostream>

namespace archipel::app {
namespace {
constexpr std::int64_t quiet = 60;   // s without a write, after which a study is taken for stopped
}

int clean(const std::string& results, bool dry_run) {
  const io::ResultsReader reader(results);
  const auto state = io::status(results);
  if (!dry_run && state.health == io::Health::resumable && state.seconds_since_write < quiet)
    throw InputError(results + ": was written " + std::to_string(state.seconds_since_write) +
                     " s ago and may be running: clean needs a study that has not written for " +
                     std::to_string(quiet) + " s; --dry-run only shows what it would remove");
  if (const auto found = io::verify(reader); !found.problems.empty())
    throw InputError(results + ": " + found.problems.front() +
                     ": what it names could not be told from litter: `archipel verify " + shell_path(results) +
                     "` shows all, " + "`archipel run STUDY --results " + shell_path(results) + " --resume` mends it");
  double bytes = 0;
  std::int64_t removed = 0;
  const auto litter = io::unreachable(reader);
  for (const auto& [path, size, why, age] : litter) {
    if (!dry_run && !io::is_over(state.health) && age < quiet) {
      std::cout << "left alone " << path << ": written less than " << quiet
                << " s ago, and the study is not finished\n";
      continue;
    }
    ++removed;
    bytes += double(size);
    std::cout << (dry_run ? "would remove " : "removed ") << path << ", " << io::size_text(double(size)) << ": " << why
              << '\n';
    if (!dry_run && ::unlink(path.c_str()) != 0) throw_errno("unlink", path);
  }
  std::cout << results << ": " << removed << " files" << (dry_run ? " to remove, " : " removed, ")
            << io::size_text(bytes) << '\n';
  return 0;
}

}   // namespace archipel::app
