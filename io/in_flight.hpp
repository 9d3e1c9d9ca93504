#pragma once

#include "io/descriptor.hpp"
#include "io/records.hpp"

#include <cstdint>

namespace archipel::io {

/// What the results file should say of this process' evaluation when a signal ends the process: that the candidate is not to
/// blame. One at a time.
namespace in_flight {

/// `record` belongs at `offset` of `file`, which must live until `clear`.
void set(const Descriptor& file, std::int64_t offset, const RunRecord& record);
void clear();
/// Writes the record that is set. May be called by a signal handler.
void write() noexcept;

}   // namespace in_flight
}   // namespace archipel::io
