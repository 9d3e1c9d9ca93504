#include "search/local_exchange.hpp"

#include "base/error.hpp"
#include "search/placement.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <map>
#include <thread>

namespace archipel {
namespace {

Stream draws(std::uint32_t a) { return {20240607, Purpose::topology, 0, a, 0}; }

Packet packet(int from, int to, std::uint64_t stamp) {
  return {.from = from, .to = to, .stamp = stamp, .ended = false, .migrants = {}};
}

std::vector<std::unique_ptr<Exchange>> all_teams(LocalHub& hub, int teams) {
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int team = 0; team < teams; ++team) exchanges.push_back(hub.team(team));
  return exchanges;
}

std::vector<Message> received(Exchange& exchange) {
  std::vector<Message> messages;
  exchange.receive(messages);
  return messages;
}

BOOST_AUTO_TEST_CASE(a_packet_reaches_every_team_of_the_crew_once_though_all_senders_call) {
  LocalHub hub(5, 2);   // crews 0-1 and 2-4
  auto teams = all_teams(hub, 5);
  for (auto& team : teams) team->send(packet(0, 1, 42));
  for (int t = 0; t < 5; ++t) BOOST_TEST(received(*teams[std::size_t(t)]).size() == (t < 2 ? 0u : 1u));
  teams[3]->send(packet(1, 0, 1));   // not the first of its crew
  for (auto& team : teams) BOOST_TEST(received(*team).empty());
}

BOOST_AUTO_TEST_CASE(a_result_reaches_the_others_of_the_crew) {
  LocalHub hub(5, 2);
  auto teams = all_teams(hub, 5);
  teams[3]->share({.origin = {1, 7}, .outcome = Outcome::ok, .fitness = 0.5, .late = false});
  for (int t = 0; t < 5; ++t) BOOST_TEST(received(*teams[std::size_t(t)]).size() == (t == 2 || t == 4 ? 1u : 0u));
}

BOOST_AUTO_TEST_CASE(a_team_of_two_islands_sends_to_itself) {
  LocalHub hub(1, 2);
  auto team = hub.team(0);
  team->send(packet(0, 1, 3));
  team->wait();   // something is under way
  const auto messages = received(*team);
  BOOST_TEST_REQUIRE(messages.size() == 1u);
  BOOST_TEST(std::get<Packet>(messages[0]).stamp == 3u);
  BOOST_CHECK_THROW(team->wait(), SystemError);
}

// Random traffic between 4 teams and 9 islands; returns the senders in the order in which team 0 heard of them.
std::vector<int> order_at_team_0(int most_delay, std::uint32_t seed) {
  constexpr int team_count = 4, islands = 9;
  LocalHub hub(team_count, islands, most_delay, draws(seed));
  auto teams = all_teams(hub, team_count);
  auto random = draws(1000);   // the same traffic for every seed
  std::map<std::pair<int, int>, std::vector<std::uint64_t>> sent, heard;
  std::vector<int> order;
  std::uint64_t stamp = 0;
  for (int step = 0; step < 3000; ++step) {
    for (int t = 0; t < team_count; ++t) {
      const auto hosted = islands_of(t, team_count, islands);
      const int from = hosted.begin + int(random.below(std::uint32_t(hosted.size())));
      const int to = int(random.below(islands));
      if (step < 2900 && random.chance(0.7)) {
        teams[std::size_t(t)]->send(packet(from, to, ++stamp));
        sent[{from, to}].push_back(stamp);
      }
      for (const auto& message : received(*teams[std::size_t(t)])) {
        const auto& p = std::get<Packet>(message);
        BOOST_TEST_REQUIRE(hosted.contains(p.to));
        heard[{p.from, p.to}].push_back(p.stamp);
        if (t == 0) order.push_back(p.from);
      }
    }
  }
  BOOST_TEST((sent == heard));   // complete, and in order from one sender
  return order;
}

BOOST_AUTO_TEST_CASE(delays_change_the_order_between_senders_but_not_of_one_sender) {
  const auto at_once = order_at_team_0(0, 1), late = order_at_team_0(20, 1), otherwise = order_at_team_0(20, 2);
  BOOST_TEST(at_once.size() == late.size());
  BOOST_TEST((at_once != late));
  BOOST_TEST((late != otherwise));
  BOOST_TEST((late == order_at_team_0(20, 1)));
}

BOOST_AUTO_TEST_CASE(teams_on_threads_gather_in_order_of_team) {
  constexpr int team_count = 5;
  LocalHub hub(team_count, team_count);
  std::vector<std::vector<Candidate>> first(team_count), second(team_count);
  std::array<bool, team_count> one_stopped{}, all_ended{};
  std::vector<std::thread> threads;
  for (int t = 0; t < team_count; ++t) {
    threads.emplace_back([&, t] {
      auto exchange = hub.team(t);
      one_stopped[std::size_t(t)] = exchange->end(t > 0);
      all_ended[std::size_t(t)] = exchange->end(true);
      first[std::size_t(t)] =
          exchange->gather(std::vector<Candidate>(std::size_t(t), Candidate{{t, 1}, {1.0 * t}, 0.5}));
      second[std::size_t(t)] = exchange->gather({Candidate{{t, 2}, {}, 0.25}});
    });
  }
  for (auto& thread : threads) thread.join();
  for (int t = 0; t < team_count; ++t) {
    BOOST_TEST((!one_stopped[std::size_t(t)] && all_ended[std::size_t(t)]));
    const auto& all = first[std::size_t(t)];
    BOOST_TEST_REQUIRE(all.size() == 10u);   // 0 + 1 + 2 + 3 + 4
    for (std::size_t i = 1; i < all.size(); ++i) BOOST_TEST(all[i - 1].origin.island <= all[i].origin.island);
    BOOST_TEST_REQUIRE(second[std::size_t(t)].size() == 5u);
    for (int i = 0; i < team_count; ++i) BOOST_TEST(second[std::size_t(t)][std::size_t(i)].origin.island == i);
  }
}

}   // namespace
}   // namespace archipel
