#include "app/bench.hpp"
#include "base/random.hpp"
#include "base/stopwatch.hpp"
#include "mpi/exchange.hpp"
#include "mpi/message_codec.hpp"
#include "mpi/ping_pong.hpp"
#include "search/space.hpp"

namespace archipel::app {
namespace {

constexpr int rounds = 100;   // there and back, in one measurement

Packet packet_of(const Space& space, int migrants) {
  Packet packet;
  Stream draws(1, Purpose::canary, 0, 0, 0);
  for (int i = 0; i < migrants; ++i) packet.migrants.push_back({.origin = {0, i}, .genome = space.random(draws)});
  return packet;
}

void await(mpi::MpiExchange& exchange) {
  std::vector<Message> messages;
  for (exchange.receive(messages); messages.empty(); exchange.receive(messages)) exchange.wait();
}

/// us from island 0 to `partner`'s: half a round trip, median of the rounds.
double packet_us(mpi::MpiExchange& exchange, Packet packet, bool first, int partner) {
  packet.from = first ? 0 : partner;
  packet.to = first ? partner : 0;
  std::vector<double> us;
  for (int round = 0; round < rounds; ++round) {
    const Stopwatch watch;
    if (first) {
      exchange.send(packet);
      await(exchange);
    } else {
      await(exchange);
      exchange.send(packet);
    }
    us.push_back(1e6 * watch.wall() / 2);
  }
  return spread_of(us).median;
}

}   // namespace

BenchSection bench_exchange(const BenchOptions& options, const mpi::Communicator& world) {
  BenchSection section{.subject = "exchange"};
  if (world.size() == 1) {
    section.notes.push_back("not measured: packets travel between ranks; start `mpirun -n 2 archipel bench exchange`");
    return section;
  }
  const auto space = make_space(bench_study(options, world).study);
  const int partner = world.size() - 1;   // on another node, if there are several
  const bool first = world.rank() == 0, takes_part = first || world.rank() == partner;
  mpi::MpiExchange exchange(world, world.size());
  for (const int migrants : {0, 1, 4, 16, 64}) {
    if (!takes_part) break;   // the others sleep below
    const auto packet = packet_of(space, migrants);
    const auto bytes = mpi::encode(Message(packet)).size();
    std::vector<double> packets, plain;
    for (int repeat = -1; repeat < options.repeats; ++repeat) {   // the first warms up
      const double with_exchange = packet_us(exchange, packet, first, partner),
                   alone = 1e6 * mpi::ping_pong(world, partner, bytes, rounds);
      if (repeat < 0) continue;
      packets.push_back(with_exchange);
      plain.push_back(alone);
    }
    section.records.push_back({{"migrants", std::int64_t(migrants)},
                               {"genes", std::int64_t(space.size())},
                               {"bytes", std::int64_t(bytes)},
                               {"us", spread_of(packets)},
                               {"us_mpi_alone", spread_of(plain)}});
  }
  exchange.end(1);
  section.notes.push_back("between ranks 0 and " + std::to_string(partner) + ", half a round trip");
  return section;
}

}   // namespace archipel::app
