#include "search/migration.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <string>

namespace archipel {

Arrivals::Arrivals(std::vector<int> senders, std::uint64_t lag) : lag_(lag) {
  for (const int island : senders) senders_.push_back({.island = island});
}

void Arrivals::add(Packet packet) {
  const auto sender = std::ranges::find(senders_, packet.from, &Sender::island);
  if (sender == senders_.end()) {
    throw SystemError("island " + std::to_string(packet.to) + " got a packet from " + std::to_string(packet.from) +
                      ", which is no neighbour");
  }
  sender->stamp = packet.stamp;
  sender->ended = packet.ended;
  if (!packet.migrants.empty()) sender->packets.push_back(std::move(packet));
}

bool Arrivals::complete(std::uint64_t clock) const {
  if (clock < lag_) return true;   // nothing can be due
  return std::ranges::all_of(senders_, [&](const Sender& s) { return s.ended || s.stamp >= clock - lag_; });
}

std::vector<Arrivals::Arrival> Arrivals::take(std::uint64_t clock) {
  std::vector<Arrival> arrivals;
  for (auto& sender : senders_) {
    while (!sender.packets.empty() && sender.packets.front().stamp + lag_ <= clock) {
      auto& packet = sender.packets.front();
      for (auto& migrant : packet.migrants) arrivals.push_back({std::move(migrant), packet.stamp});
      sender.packets.pop_front();
    }
  }
  std::ranges::stable_sort(arrivals, {}, &Arrival::stamp);   // of one stamp by sender, then by place, as they are
  return arrivals;
}

}   // namespace archipel
