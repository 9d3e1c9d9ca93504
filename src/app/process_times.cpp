#include "app/process_times.hpp"

#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

namespace archipel::app {
namespace {

/// What /proc says about a process: its parent, and when it started, in s since the machine did.
struct Process {
  int parent = 0;
  double started = 0;
};

Process process(const std::string& number) {
  std::ifstream file("/proc/" + number + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));   // the name may hold anything
  std::string field;
  Process result;
  for (int i = 3; fields >> field && i <= 22; ++i) {   // as proc(5) counts them
    if (i == 4) result.parent = std::stoi(field);
    if (i == 22) result.started = std::stod(field) / double(sysconf(_SC_CLK_TCK));
  }
  return result;
}

double since_boot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

}   // namespace

double seconds_since_start() { return since_boot() - process("self").started; }

double launch_seconds() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID"}) {
    if (!std::getenv(name)) continue;
    const auto self = process("self");
    return self.started - process(std::to_string(self.parent)).started;
  }
  return 0;
}

}   // namespace archipel::app
