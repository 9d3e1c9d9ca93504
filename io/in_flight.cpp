#include "io/in_flight.hpp"

#include <unistd.h>

#include <atomic>

namespace archipel::io::in_flight {
namespace {

// Read by signal handlers. Descriptor -1: nothing is in flight.
static_assert(std::atomic<int>::is_always_lock_free);
std::atomic<int> descriptor = -1;
std::int64_t place = 0;
RunRecord content;

}   // namespace

void set(const Descriptor& file, std::int64_t offset, const RunRecord& record) {
  clear();
  place = offset;
  content = record;
  std::atomic_signal_fence(std::memory_order_release);
  descriptor = file.number();
}

void clear() { descriptor = -1; }

void write() noexcept {
  const int file = descriptor.exchange(-1);
  if (file < 0 || ::pwrite(file, &content, sizeof content, place) == sizeof content) return;
  // The attempt then counts as a death; nobody is left to be told.
}

}   // namespace archipel::io::in_flight
