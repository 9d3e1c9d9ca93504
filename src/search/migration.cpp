#include "search/migration.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <string>
#include <tuple>

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
  std::vector<std::tuple<std::uint64_t, int, std::size_t, Candidate>> due;   // stamp, sender, place
  for (auto& sender : senders_) {
    while (!sender.packets.empty() && sender.packets.front().stamp + lag_ <= clock) {
      auto& migrants = sender.packets.front().migrants;
      for (std::size_t i = 0; i < migrants.size(); ++i) {
        due.emplace_back(sender.packets.front().stamp, sender.island, i, std::move(migrants[i]));
      }
      sender.packets.pop_front();
    }
  }
  std::ranges::sort(due, {}, [](const auto& d) { return std::tuple(std::get<0>(d), std::get<1>(d), std::get<2>(d)); });
  std::vector<Arrival> arrivals;
  for (auto& [stamp, island, place, candidate] : due) arrivals.push_back({std::move(candidate), stamp});
  return arrivals;
}

}   // namespace archipel
