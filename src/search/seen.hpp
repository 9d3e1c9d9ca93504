#pragma once

#include "search/genome_print.hpp"

#include <cstdint>
#include <set>

namespace archipel {

/// Which genomes were met, as 64-bit digests of them: 48 bytes or so each, and a wrong "yes" for one of 10^19 / number of them.
class Seen {
 public:
  /// Whether it is new; from now on it is not.
  bool add(const Genome& genome) { return prints_.insert(print_of(genome)).second; }
  bool contains(const Genome& genome) const { return prints_.contains(print_of(genome)); }

 private:
  std::set<std::uint64_t> prints_;
};

}   // namespace archipel
