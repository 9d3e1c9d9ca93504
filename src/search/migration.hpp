#pragma once

#include "search/exchange.hpp"
#include "search/population.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

namespace archipel {

/// The receiving end of migration on one island: knows how far each sender is and hands out what is due, in logical time
/// (conservative parallel simulation: Chandy & Misra 1979).
class Arrivals {
 public:
  /// `senders`: in-neighbours, sorted. `lag`: in units of the clock.
  Arrivals(std::vector<int> senders, std::uint64_t lag);

  void add(Packet packet);   // from one of the senders, stamps rising
  /// True once everything that is due at `clock` has arrived: no sender that goes on is more than the lag behind.
  bool complete(std::uint64_t clock) const;
  /// Removes and returns what is due at `clock` (stamp + lag <= clock), by stamp, sender and place in its packet.
  struct Arrival {
    Candidate candidate;
    std::uint64_t stamp;
  };
  std::vector<Arrival> take(std::uint64_t clock);

 private:
  struct Sender {
    int island;
    std::uint64_t stamp = 0;
    bool ended = false;
    std::deque<Packet> packets;
  };
  std::vector<Sender> senders_;
  std::uint64_t lag_;
};

}   // namespace archipel
