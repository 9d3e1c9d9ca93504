#include "train/reduction_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>

namespace archipel::train {
namespace {

using Rounds = std::vector<std::vector<TreeStep>>;

std::string tree(int first, int shards) {
  if (shards == 1) return std::to_string(first);
  return "(" + tree(first, shards / 2) + "+" + tree(first + shards / 2, shards / 2) + ")";
}

bool is_power_of_two(int number) { return (number & (number - 1)) == 0; }

/// With `exchange` a send is under way while the message behind it, of the same replica, is waited for.
Rounds one_by_one(const std::vector<TreeStep>& steps, bool exchange) {
  Rounds rounds;
  for (const auto& step : steps) {
    const bool beside = exchange && step.kind == TreeStep::receive && !rounds.empty() &&
                        rounds.back().back().kind == TreeStep::send && rounds.back().back().other == step.other;
    if (beside) rounds.back().push_back(step);
    else rounds.push_back({step});
  }
  return rounds;
}

/// All replicas at once, with texts for values. A round ends only when the other end of each of its messages has come, as if nothing
/// in between could store one: what goes through here hangs nowhere.
class Simulation {
 public:
  Simulation(int shards, std::vector<Rounds> rounds) : rounds_(std::move(rounds)), at_(rounds_.size()) {
    const int replicas = int(rounds_.size());
    for (int replica = 0; replica < replicas; ++replica) {
      auto& values = values_.emplace_back(std::size_t(shards), "?");
      const auto mine = part_of(shards, replicas, replica);
      for (int shard = mine.begin; shard < mine.end; ++shard) values[std::size_t(shard)] = std::to_string(shard);
    }
  }

  /// What each replica has in its first shard in the end; fewer if they wait for each other for ever.
  std::vector<std::string> run() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t replica = 0; replica < rounds_.size(); ++replica) moved = pass(replica) || moved;
    }
    std::vector<std::string> sums;
    for (std::size_t replica = 0; replica < rounds_.size(); ++replica)
      if (at_[replica] == rounds_[replica].size()) sums.push_back(values_[replica][0]);
    return sums;
  }

 private:
  bool pass(std::size_t replica) {
    if (at_[replica] == rounds_[replica].size()) return false;
    const auto& round = rounds_[replica][at_[replica]];
    auto& values = values_[replica];
    for (const auto& step : round)
      if (step.kind != TreeStep::add) there_[{int(replica), step.other, step.shard}] = values[std::size_t(step.shard)];
    for (const auto& step : round)
      if (step.kind != TreeStep::add && !there_.contains({step.other, int(replica), step.shard})) return false;
    for (const auto& step : round) {
      auto& value = values[std::size_t(step.shard)];
      if (step.kind == TreeStep::add) value = "(" + value + "+" + values[std::size_t(step.other)] + ")";
      if (step.kind == TreeStep::receive) value = there_[{step.other, int(replica), step.shard}];
    }
    ++at_[replica];
    return true;
  }

  struct End {
    int at, other, shard;
    auto operator<=>(const End&) const = default;
  };

  std::vector<Rounds> rounds_;
  std::vector<std::size_t> at_;                    // round of each replica
  std::vector<std::vector<std::string>> values_;   // [replica][shard]
  std::map<End, std::string> there_;               // ends of messages that have come, with the value there
};

void for_all_sizes(const auto& check) {
  for (int shards = 1; shards <= 64; shards *= 2)
    for (int replicas = 1; replicas <= shards; ++replicas) check(shards, replicas);
}

BOOST_AUTO_TEST_CASE(every_part_belongs_to_one_replica) {
  for (const int parts : {1, 2, 3, 7, 64, 157})
    for (int replicas = 1; replicas <= 70; ++replicas) {
      int next = 0;
      for (int replica = 0; replica < replicas; ++replica) {
        const auto part = part_of(parts, replicas, replica);
        BOOST_TEST(part.begin == next);
        BOOST_TEST(part.end >= part.begin + parts / replicas);
        BOOST_TEST(part.end <= part.begin + (parts + replicas - 1) / replicas);
        next = part.end;
      }
      BOOST_TEST(next == parts);
    }
}

BOOST_AUTO_TEST_CASE(every_replica_gets_the_sum_along_the_tree) {
  for_all_sizes([](int shards, int replicas) {
    std::vector<Rounds> rounds;
    for (int replica = 0; replica < replicas; ++replica)
      rounds.push_back(one_by_one(tree_steps(shards, replicas, replica), is_power_of_two(replicas)));
    const auto sums = Simulation(shards, rounds).run();
    BOOST_TEST(int(sums.size()) == replicas);
    for (const auto& sum : sums) BOOST_TEST_REQUIRE(sum == tree(0, shards));
  });
}

BOOST_AUTO_TEST_CASE(in_rounds_too) {
  for_all_sizes([](int shards, int replicas) {
    std::vector<Rounds> rounds;
    for (int replica = 0; replica < replicas; ++replica) rounds.push_back(tree_rounds(shards, replicas, replica));
    const auto sums = Simulation(shards, rounds).run();
    BOOST_TEST(int(sums.size()) == replicas);
    for (const auto& sum : sums) BOOST_TEST_REQUIRE(sum == tree(0, shards));
  });
}

BOOST_AUTO_TEST_CASE(a_round_has_one_kind_of_step_and_one_message_for_a_pair) {
  for_all_sizes([](int shards, int replicas) {
    for (int replica = 0; replica < replicas; ++replica) {
      const auto rounds = tree_rounds(shards, replicas, replica);
      for (const auto& round : rounds) {
        std::vector<int> partners;
        for (const auto& step : round) {
          BOOST_TEST_REQUIRE((step.kind == TreeStep::add) == (round[0].kind == TreeStep::add));
          if (step.kind != TreeStep::add) partners.push_back(step.other);
        }
        std::ranges::sort(partners);
        BOOST_TEST_REQUIRE((std::ranges::adjacent_find(partners) == partners.end()));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(a_power_of_two_of_replicas_waits_for_one_message_a_level) {
  for_all_sizes([](int shards, int replicas) {
    if (!is_power_of_two(replicas)) return;
    int levels = 0;
    while (1 << levels < replicas) ++levels;
    for (int replica = 0; replica < replicas; ++replica) {
      const auto steps = tree_steps(shards, replicas, replica);
      const auto count = [&](TreeStep::Kind kind) { return int(std::ranges::count(steps, kind, &TreeStep::kind)); };
      BOOST_TEST_REQUIRE(count(TreeStep::send) == levels);
      BOOST_TEST_REQUIRE(count(TreeStep::receive) == levels);
      BOOST_TEST_REQUIRE(count(TreeStep::add) == shards / replicas - 1 + levels);
    }
  });
}

std::vector<TreeStep> all_of(const Rounds& rounds) {
  std::vector<TreeStep> steps;
  for (const auto& round : rounds) steps.insert(steps.end(), round.begin(), round.end());
  return steps;
}

BOOST_AUTO_TEST_CASE(every_shard_is_added_once_by_the_replica_that_has_the_lower_one) {
  for_all_sizes([](int shards, int replicas) {
    int additions = 0;
    for (int replica = 0; replica < replicas; ++replica)
      for (const auto& step : all_of(tree_rounds(shards, replicas, replica))) {
        if (step.kind != TreeStep::add) continue;
        ++additions;
        const auto mine = part_of(shards, replicas, replica);
        BOOST_TEST_REQUIRE((step.shard >= mine.begin && step.shard < mine.end));
      }
    BOOST_TEST(additions == shards - 1);
  });
}

}   // namespace
}   // namespace archipel::train
