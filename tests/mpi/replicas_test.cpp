#include "mpi/replicas.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <limits>
#include <string>

namespace archipel::mpi {
namespace {

/// A port that counts its calls and has something to say; one behind each team.
struct Outside : Exchange, Recorder {
  int calls = 0;
  std::vector<Message> arriving;
  bool overdue = false;

  void send(const Packet&) override { ++calls; }
  void share(const Result&) override { ++calls; }
  void post(int, const Message&) override { ++calls; }
  void receive(std::vector<Message>& messages) override {
    ++calls;
    messages.insert(messages.end(), arriving.begin(), arriving.end());
  }
  void wait() override { ++calls; }
  int end(int standing, const std::function<bool()>&) override {
    if (overdue) throw Stopped(false);
    return standing;
  }
  std::vector<Candidate> gather(const std::vector<Candidate>& mine) override { return mine; }
  Past past(const Origin& origin) override {
    Past past{.run = {.attempts = 3, .failures = 1}};
    if (origin.ask == 7) past.row.emplace().origin = origin;
    return past;
  }
  void note(const Origin&, const RunInfo&) override { ++calls; }
  void row(const Row&, const RunInfo&) override { ++calls; }
  void migration(const Migration&) override { ++calls; }
  void ended(std::int32_t, const IslandEnd&) override { ++calls; }
};

struct Fixture {
  Communicator world = Communicator::duplicate_of(MPI_COMM_WORLD);
  Teams teams = divide(world, world.size() % 2 == 0 ? 2 : world.size());
  const Replicas& replicas = teams.replicas;
  Outside outside;
  Outside* behind = replicas.first() ? &outside : nullptr;
};

BOOST_FIXTURE_TEST_CASE(ranks_are_divided_into_teams_of_neighbours, Fixture) {
  const int size = replicas.comm().size();
  BOOST_TEST(teams.teams * size == world.size());
  BOOST_TEST(teams.team == world.rank() / size);
  BOOST_TEST(replicas.comm().rank() == world.rank() % size);
  BOOST_TEST(teams.across.size() == teams.teams);
  BOOST_TEST(teams.across.rank() == teams.team);
  BOOST_TEST(replicas.first() == (world.rank() % size == 0));
}

BOOST_FIXTURE_TEST_CASE(what_the_first_replica_saw_is_what_all_see, Fixture) {
  const auto mine = "rank " + std::to_string(world.rank()) + std::string(100'000, 'x');
  const auto first = "rank " + std::to_string(teams.team * replicas.comm().size()) + std::string(100'000, 'x');
  BOOST_TEST((replicas.agree(mine) == first));
  BOOST_TEST(replicas.agree(std::string()).empty());
  BOOST_TEST(replicas.agree(replicas.first()));
  BOOST_TEST(!replicas.agree(!replicas.first()));
  BOOST_TEST(replicas.agree(replicas.first() ? -0.1 : 4.0) == -0.1);
}

BOOST_FIXTURE_TEST_CASE(messages_come_to_all_and_leave_once, Fixture) {
  outside.arriving = {Packet{.from = 1, .to = 2, .stamp = 9, .ended = true, .migrants = {}},
                      Result{.origin = {3, 4}, .fitness = 0.5}};
  ReplicaExchange exchange(behind, replicas);
  std::vector<Message> messages;
  exchange.receive(messages);
  BOOST_REQUIRE(messages.size() == 2u);
  BOOST_TEST(std::get<Packet>(messages[0]).stamp == 9u);
  BOOST_TEST(std::get<Result>(messages[1]).fitness == 0.5);
  exchange.send(std::get<Packet>(messages[0]));
  exchange.share(std::get<Result>(messages[1]));
  exchange.wait();
  BOOST_TEST(outside.calls == (replicas.first() ? 4 : 0));
  BOOST_TEST(exchange.end(replicas.first() ? 7 : 3) == 7);   // only the first one's word counts
  BOOST_TEST(exchange.end(replicas.first() ? 0 : 7) == 0);
  const auto all = exchange.gather({Candidate{{world.rank(), 0}, {1.0}, 0.25, {}}});
  BOOST_REQUIRE(all.size() == 1u);
  BOOST_TEST(all[0].origin.island == teams.team * replicas.comm().size());
}

BOOST_FIXTURE_TEST_CASE(a_team_that_leaves_alone_leaves_together, Fixture) {
  outside.overdue = true;
  ReplicaExchange exchange(behind, replicas);
  BOOST_CHECK_EXCEPTION(exchange.end(1), Stopped, [](const Stopped& stopped) { return !stopped.together(); });
}

BOOST_FIXTURE_TEST_CASE(one_replica_records_and_all_know_the_past, Fixture) {
  ReplicaRecorder recorder(behind, replicas);
  recorder.note({0, 1}, {});
  recorder.row({}, {});
  recorder.migration({});
  recorder.ended(0, {});
  BOOST_TEST(outside.calls == (replicas.first() ? 4 : 0));
  const auto nothing = recorder.past({0, 1}), something = recorder.past({5, 7});
  BOOST_TEST(!nothing.row);
  BOOST_TEST(nothing.deaths() == 2);
  BOOST_REQUIRE(something.row);
  BOOST_TEST((something.row->origin == Origin{5, 7}));
}

BOOST_FIXTURE_TEST_CASE(artefacts_and_checkpoints_are_kept_once, Fixture) {
  MemoryArtefacts store;
  MemoryCheckpoints states;
  ReplicaArtefacts artefacts(replicas.first() ? &store : nullptr, replicas);
  ReplicaCheckpoints checkpoints(replicas.first() ? &states : nullptr, replicas);
  const std::vector<std::byte> content(1000, std::byte(7)), none;
  const auto digest = artefacts.put(content);
  BOOST_TEST((digest == digest_of(content)));
  BOOST_TEST(store.contents.size() == (replicas.first() ? 1u : 0u));
  BOOST_TEST(artefacts.holds(digest));
  BOOST_TEST(!artefacts.holds(digest_of(none)));
  BOOST_TEST((artefacts.get(digest) == content));

  BOOST_TEST(!checkpoints.find(digest));
  checkpoints.keep(digest, none);
  BOOST_REQUIRE(checkpoints.find(digest));
  BOOST_TEST(checkpoints.find(digest)->empty());
  checkpoints.keep(digest, content);
  BOOST_TEST((*checkpoints.find(digest) == content));
  BOOST_TEST(checkpoints.has(digest));
  checkpoints.drop(digest);
  BOOST_TEST(!checkpoints.has(digest));
}

}   // namespace
}   // namespace archipel::mpi
