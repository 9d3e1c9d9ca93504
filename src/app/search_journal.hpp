#pragma once

#include "base/digest.hpp"
#include "io/descriptor.hpp"
#include "mpi/communicator.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace archipel::app {

/// What a tournament's searches found, by the digest of what decides them, in a folder beside its results file until that is written: each
/// rank of each start has a file of its own. A tournament that was killed finds there all searches that had ended.
class SearchJournal {
 public:
  /// "out.h5.searches"
  static std::string folder_of(const std::string& results) { return results + ".searches"; }

  /// Reads what earlier starts left, on any number of ranks. Collective.
  SearchJournal(const std::string& results, const mpi::Communicator& world);

  /// Of a search that had ended before this start.
  const std::vector<double>* find(const Digest& search) const;
  /// Durable after some seconds.
  void add(const Digest& search, std::span<const double> numbers);
  /// When the results file is durable. Collective.
  void remove(const mpi::Communicator& world);

 private:
  std::string folder_;
  std::map<Digest, std::vector<double>> found_;
  std::optional<io::Descriptor> mine_;
  std::int64_t end_ = 0;   // of it
  std::chrono::steady_clock::time_point synced_{};
};

}   // namespace archipel::app
