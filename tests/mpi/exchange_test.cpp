#include "mpi/exchange.hpp"

#include "base/error.hpp"
#include "mpi/error.hpp"
#include "search/placement.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ctime>
#include <map>
#include <thread>

namespace {
int messages_sent = 0, messages_taken = 0;   // by this rank, counted through MPI's profiling interface
}

extern "C" int MPI_Issend(const void* buffer, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
                          MPI_Request* request) {
  ++messages_sent;
  return PMPI_Issend(buffer, count, type, to, tag, comm, request);
}

extern "C" int MPI_Imrecv(void* buffer, int count, MPI_Datatype type, MPI_Message* message, MPI_Request* request) {
  ++messages_taken;
  return PMPI_Imrecv(buffer, count, type, message, request);
}

namespace archipel::mpi {
namespace {

constexpr int packets_per_island = 400, results_per_island = 300;

Communicator world() { return Communicator::duplicate_of(MPI_COMM_WORLD); }

/// Where packet `k` of island `from` goes: anywhere; the last ones go to every island in turn and say 'ended'.
int receiver_of(int from, int k, int islands) {
  if (k >= packets_per_island) return k - packets_per_island;
  return int(Stream(98, Purpose::topology, std::uint32_t(islands), std::uint32_t(from), std::uint32_t(k))
                 .below(std::uint32_t(islands)));
}

/// The same wherever it is computed.
Packet packet_of(int from, int k, int islands) {
  Packet packet{.from = from,
                .to = receiver_of(from, k, islands),
                .stamp = std::uint64_t(k) + 1,
                .ended = k >= packets_per_island,
                .migrants = {}};
  if (packet.ended) return packet;
  Stream random(99, Purpose::topology, std::uint32_t(islands), std::uint32_t(from), std::uint32_t(k));
  for (auto n = random.below(4); n > 0; --n) {
    Candidate candidate{
        {from, k}, Genome(random.chance(0.005) ? 150'000 : random.below(60)), random.unit()};   // 1.2 MB: rendezvous
    for (auto& value : candidate.genome) value = double(random.next());
    packet.migrants.push_back(std::move(candidate));
  }
  return packet;
}

/// Messages that all ranks together have sent and not taken. Collective.
int under_way(const Communicator& comm) {
  int difference = messages_sent - messages_taken;
  check(MPI_Allreduce(MPI_IN_PLACE, &difference, 1, MPI_INT, MPI_SUM, comm.handle()), "MPI_Allreduce");
  return difference;
}

bool same(const Packet& a, const Packet& b) {
  return a.from == b.from && a.to == b.to && a.stamp == b.stamp && a.ended == b.ended &&
         std::equal(a.migrants.begin(), a.migrants.end(), b.migrants.begin(), b.migrants.end(),
                    [](const Candidate& x, const Candidate& y) {
                      return x.origin == y.origin && x.genome == y.genome && x.fitness == y.fitness;
                    });
}

/// What a team has received: checks order and content against what the senders computed.
struct Receiver {
  int team, teams, islands;
  std::map<std::pair<int, int>, int>
      next;   // by (from, to): packets of `from` before this one are here or went elsewhere
  std::map<int, std::vector<bool>> results;   // by island
  std::map<int, int> last_of_member;          // by crew index: last ask it shared
  int missing = 0;

  Receiver(int team_, int teams_, int islands_) : team(team_), teams(teams_), islands(islands_) {
    for (const auto& seat : seats_of(team, teams, islands)) {
      missing += islands;   // 'ended' of every island, itself included
      results[seat.island].resize(results_per_island);
      for (int ask = 0; ask < results_per_island; ++ask) missing += ask % seat.crew_size != seat.crew_index;
    }
  }

  void add(const Regroup&) { BOOST_FAIL("nobody wanted it"); }
  void add(const Free&) { BOOST_FAIL("nobody said so"); }
  void add(const Loan&) { BOOST_FAIL("nobody lent it"); }
  void add(const Packet& packet) {
    BOOST_TEST_REQUIRE(islands_of(team, teams, islands).contains(packet.to));
    int& k = next[{packet.from, packet.to}];
    while (receiver_of(packet.from, k, islands) != packet.to) ++k;
    BOOST_TEST_REQUIRE(same(packet, packet_of(packet.from, k, islands)));
    ++k;
    missing -= packet.ended;
  }

  void add(const Result& result) {
    const auto crew = crew_of(result.origin.island, teams, islands);
    BOOST_TEST_REQUIRE(crew.contains(team));
    const auto ask = std::size_t(result.origin.ask);
    BOOST_TEST_REQUIRE(!results[result.origin.island].at(ask));
    results[result.origin.island][ask] = true;
    const auto [last, first_time] = last_of_member.try_emplace(int(ask) % crew.size(), -1);
    BOOST_TEST_REQUIRE(int(ask) > last->second);
    last->second = int(ask);
    BOOST_TEST_REQUIRE(result.fitness == double(ask) / 8);
    --missing;
  }
};

void random_traffic(int islands) {
  const auto comm = world();
  const int team = comm.rank(), teams = comm.size();
  MpiExchange exchange(comm, islands);
  Receiver receiver(team, teams, islands);
  Stream pauses(5, Purpose::topology, 0, std::uint32_t(team), 0);
  std::vector<Message> messages;
  const auto receive = [&] {
    messages.clear();
    exchange.receive(messages);
    for (const auto& message : messages) std::visit([&](const auto& each) { receiver.add(each); }, message);
  };

  for (int step = 0; step < packets_per_island + islands; ++step) {
    for (const auto& seat : seats_of(team, teams, islands)) {
      exchange.send(packet_of(seat.island, step, islands));
      if (step < results_per_island && step % seat.crew_size == seat.crew_index) {
        exchange.share(
            {.origin = {seat.island, step}, .outcome = Outcome::ok, .fitness = double(step) / 8, .late = false});
      }
    }
    if (pauses.chance(0.3)) receive();
    if (pauses.chance(0.002)) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  while (receive(), receiver.missing > 0) exchange.wait();
  BOOST_TEST(receiver.missing == 0);

  BOOST_TEST(exchange.end(1));
  const auto all =
      exchange.gather(std::vector<Candidate>(std::size_t(team) + 1, Candidate{{team, 0}, {0.5, 1.0 * team}, 2.0}));
  std::size_t i = 0;
  for (int t = 0; t < teams; ++t) {
    for (int n = 0; n <= t; ++n, ++i) {
      BOOST_TEST_REQUIRE(i < all.size());
      BOOST_TEST((all[i].origin == Origin{t, 0}));
      BOOST_TEST((all[i].genome == Genome{0.5, 1.0 * t}));
    }
  }
  BOOST_TEST(i == all.size());
  BOOST_TEST(under_way(comm) == 0);
}

BOOST_AUTO_TEST_CASE(traffic_of_one_island_with_all_teams_in_its_crew) { random_traffic(1); }
BOOST_AUTO_TEST_CASE(traffic_of_two_islands) { random_traffic(2); }
BOOST_AUTO_TEST_CASE(traffic_of_as_many_islands_as_teams) { random_traffic(world().size()); }
BOOST_AUTO_TEST_CASE(traffic_of_more_islands_than_teams) { random_traffic(11); }

BOOST_AUTO_TEST_CASE(messages_that_nobody_awaits_end_with_their_stage) {
  const auto comm = world();
  const int team = comm.rank(), teams = comm.size();
  for (int stage = 1; stage <= 8; ++stage) {
    MpiExchange exchange(comm, teams);
    for (int to = 0; to < teams; ++to) {
      const Candidate large{{team, 0}, Genome(150'000, 1.0), 0.0};
      exchange.send({.from = team, .to = to, .stamp = std::uint64_t(stage), .ended = false, .migrants = {large}});
    }
    if (stage % 2 == 0) {   // odd stages take nothing
      int missing = teams;
      for (std::vector<Message> messages; missing > 0; messages.clear()) {
        exchange.wait();
        exchange.receive(messages);
        for (const auto& message : messages)
          BOOST_TEST_REQUIRE(std::get<Packet>(message).stamp == std::uint64_t(stage));
        missing -= int(messages.size());
      }
      BOOST_TEST(missing == 0);
    }
    if (team == stage % teams) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const bool all_finish = stage % 3 == 0;   // else one is stopped
    BOOST_TEST(exchange.end(all_finish || team != stage % teams) == all_finish);
    BOOST_TEST(under_way(comm) == 0);
  }
}

BOOST_AUTO_TEST_CASE(waiting_for_nothing_ends_and_leaves_the_core_to_others) {
  using Clock = std::chrono::steady_clock;
  const auto comm = world();
  MpiExchange exchange(comm, comm.size());
  BOOST_TEST((comm.size() == 1 || messages_sent > 0));
  if (comm.size() == 1) {
    BOOST_CHECK_THROW(exchange.wait(), SystemError);
    exchange.send({.from = 0, .to = 0, .stamp = 1, .ended = true, .migrants = {}});
    BOOST_CHECK_NO_THROW(exchange.wait());
  } else {
    const auto begin = Clock::now();
    const auto cpu_begin = std::clock();
    for (int i = 0; i < 10; ++i) exchange.wait();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const double cpu_seconds = double(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
    BOOST_TEST(seconds < 10);
    BOOST_TEST(cpu_seconds < 0.25);   // of at least 0.5
  }
  exchange.end(1);
}

}   // namespace
}   // namespace archipel::mpi
