#include "app/provenance.hpp"

#include "app/version.hpp"
#include "base/cpu.hpp"
#include "base/error.hpp"
#include "mpi/collectives.hpp"

#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <set>

namespace archipel::app {

std::string host_name() {
  char name[256] = "unknown";
  gethostname(name, sizeof name - 1);
  return name;
}

namespace {

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// The canary's digest, the same on all ranks.
std::string agreed_canary(const Problem& problem, const mpi::Communicator& world) {
  const std::string mine = problem.canary().hex();
  const auto all = mpi::all_gather(world, mine + host_name());
  for (std::size_t rank = 1; rank < all.size(); ++rank) {
    if (all[rank].compare(0, 32, all[0], 0, 32) == 0) continue;
    throw InputError("ranks 0 on " + all[0].substr(32) + " and " + std::to_string(rank) + " on " +
                     all[rank].substr(32) + " compute different bits (canary " + all[0].substr(0, 32) + " and " +
                     all[rank].substr(0, 32) +
                     "): set numerics.isa to an instruction set that both have, for example --set numerics.isa=avx2, "
                     "and use the same libraries, and the same model of GPU, on all nodes");
  }
  return mine;
}

}   // namespace

std::vector<std::pair<std::string, std::string>> provenance(const Study& study, const Problem& problem,
                                                            const mpi::Communicator& world) {
  const auto canary_digest = agreed_canary(problem, world);
  const auto hosts = mpi::all_gather(world, host_name());
  const std::set<std::string> nodes(hosts.begin(), hosts.end());
  const char* job = std::getenv("SLURM_JOB_ID");
  std::vector<std::pair<std::string, std::string>> facts{
      {"program", version()},
      {"kernels", kernels_text()},
      {"isa", resolved_isa(study.numerics.isa)},
      {"device", problem.device()},
      {"canary", canary_digest},
      {"ranks", std::to_string(world.size())},
      {"replicas", std::to_string(study.run.replicas)},
      {"bucket", std::to_string(study.run.bucket) + " KiB"},
      {"nodes", std::to_string(nodes.size())},
      {"host", hosts[0]},
      {"job", job ? job : "none"},
      {"started", utc_now()},
  };
  if (study.run.delay.size() > 0) facts.emplace_back("delays", "injected");
  for (const auto& data : problem.seen())
    if (data.part == SeenData::Part::test)
      facts.emplace_back("test_inspected", "shapes, labels and duplicates, before the search; no output of a network");
  for (auto& checksum : problem.data_checksums()) facts.push_back(std::move(checksum));
  return facts;
}

}   // namespace archipel::app
