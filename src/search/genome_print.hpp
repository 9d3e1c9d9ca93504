#pragma once

#include "base/digest.hpp"
#include "search/space.hpp"

#include <cstdint>
#include <span>

namespace archipel {

/// Digest of 64 bits. Equal genomes have equal bytes (`Space::canonical`), so equal prints; others share one in 10^19 cases.
inline std::uint64_t print_of(const Genome& genome) { return checksum_of(std::as_bytes(std::span(genome))); }

}   // namespace archipel
