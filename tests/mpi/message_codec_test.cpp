#include "mpi/message_codec.hpp"

#include "base/error.hpp"
#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace archipel::mpi {
namespace {

Stream draws(std::uint32_t a) { return {77, Purpose::topology, 0, a, 0}; }

std::uint64_t word(Stream& random) {
  const std::uint64_t high = random.next();
  return high << 32 | random.next();
}

double any_double(Stream& random) {   // any bits: infinities, subnormal numbers, NaN with payload
  const auto bits = word(random);
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

Candidate any_candidate(Stream& random) {
  Candidate candidate{{std::int32_t(random.next()), std::int64_t(word(random))}, {}, any_double(random)};
  for (auto n = random.below(40); n > 0; --n) candidate.genome.push_back(any_double(random));
  for (auto n = random.below(4); n > 0; --n) candidate.objectives.push_back(any_double(random));
  return candidate;
}

std::vector<Candidate> any_candidates(Stream& random) {
  std::vector<Candidate> candidates;
  for (auto n = random.below(6); n > 0; --n) candidates.push_back(any_candidate(random));
  return candidates;
}

Job any_job(Stream& random) {
  Job job{.origin = {std::int32_t(random.next()), std::int64_t(word(random))},
          .genome = any_candidate(random).genome,
          .key = {word(random), word(random)},
          .cost = word(random),
          .clock = word(random)};
  job.parents = {Origin{1, std::int64_t(word(random))}, Origin{std::int32_t(random.next()), 2}};
  job.op = Operator(1 + random.below(std::uint32_t(last_operator)));
  job.attempt = int(random.below(3));
  job.team = int(random.below(5)) - 1;
  return job;
}

Message any_message(Stream& random) {
  const auto kind = random.below(5);
  if (kind == 4) return Regroup{std::int32_t(random.next())};
  if (kind == 0) return Free{std::int32_t(random.next()), random.chance(0.5)};
  if (kind == 1) return Loan{any_job(random)};
  if (kind == 2) {
    return Packet{std::int32_t(random.next()), std::int32_t(random.next()), word(random), random.chance(0.5),
                  any_candidates(random)};
  }
  return Result{.origin = {std::int32_t(random.next()), std::int64_t(word(random))},
                .outcome = Outcome(1 + random.below(7)),
                .fitness = any_double(random),
                .weights = {word(random), word(random)},
                .late = random.chance(0.5),
                .again = random.chance(0.5),
                .team = std::int32_t(random.next()),
                .objectives = any_candidate(random).objectives};
}

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

bool same(const std::vector<Candidate>& a, const std::vector<Candidate>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Candidate& x, const Candidate& y) {
    return x.origin == y.origin && same_bits(x.fitness, y.fitness) &&
           std::ranges::equal(x.objectives, y.objectives, same_bits) &&
           std::equal(x.genome.begin(), x.genome.end(), y.genome.begin(), y.genome.end(), same_bits);
  });
}

bool same(const Message& a, const Message& b) {
  if (a.index() != b.index()) return false;
  if (const auto* p = std::get_if<Packet>(&a)) {
    const auto& q = std::get<Packet>(b);
    return p->from == q.from && p->to == q.to && p->stamp == q.stamp && p->ended == q.ended &&
           same(p->migrants, q.migrants);
  }
  if (const auto* p = std::get_if<Regroup>(&a)) return p->ranks == std::get<Regroup>(b).ranks;
  if (const auto* p = std::get_if<Free>(&a))
    return p->team == std::get<Free>(b).team && p->helps == std::get<Free>(b).helps;
  if (const auto* p = std::get_if<Loan>(&a)) {
    const auto &x = p->job, &y = std::get<Loan>(b).job;
    return x.origin == y.origin && std::ranges::equal(x.genome, y.genome, same_bits) && x.key == y.key &&
           x.cost == y.cost && x.clock == y.clock && x.parents == y.parents && x.op == y.op && x.attempt == y.attempt &&
           x.team == y.team;
  }
  const auto &r = std::get<Result>(a), &s = std::get<Result>(b);
  return r.origin == s.origin && r.outcome == s.outcome && same_bits(r.fitness, s.fitness) && r.weights == s.weights &&
         r.late == s.late && r.again == s.again && r.team == s.team &&
         std::ranges::equal(r.objectives, s.objectives, same_bits);
}

std::vector<double> any_doubles(Stream& random) {
  std::vector<double> values;
  for (auto n = random.below(9); n > 0; --n) values.push_back(any_double(random));
  return values;
}

Past any_past(Stream& random) {
  Past past{.run = {.begun = any_double(random), .seconds = any_double(random), .rank = std::int32_t(random.next())}};
  past.run.attempts = std::int32_t(random.next());
  past.run.failures = std::int32_t(random.next());
  if (random.chance(0.3)) return past;
  Row& row = past.row.emplace();
  row.origin = {std::int32_t(random.next()), std::int64_t(word(random))};
  row.genome = any_doubles(random);
  row.evaluation = {.outcome = Outcome(1 + random.below(7)),
                    .objectives = any_doubles(random),
                    .reported = any_doubles(random),
                    .weights = {word(random), word(random)}};
  for (auto n = random.below(5); n > 0; --n)
    row.evaluation.curve.push_back({any_double(random), any_double(random), any_double(random)});
  row.key = {word(random), word(random)};
  row.cost = word(random);
  row.clock = word(random);
  row.parents = {Origin{1, std::int64_t(word(random))}, Origin{std::int32_t(random.next()), 2}};
  row.op = Operator(1 + random.below(std::uint32_t(last_operator)));
  row.late = random.chance(0.5);
  return past;
}

BOOST_AUTO_TEST_CASE(what_replicas_tell_each_other_comes_back_bit_for_bit) {
  auto random = draws(5);
  for (int i = 0; i < 2000; ++i) {
    const auto bytes = encode(any_past(random));
    const auto back = decode_past(bytes);
    BOOST_TEST_REQUIRE((encode(back) == bytes));
    BOOST_REQUIRE_THROW(decode_past(std::string_view(bytes).substr(0, random.below(std::uint32_t(bytes.size())))),
                        SystemError);

    std::vector<Message> messages;
    for (auto n = random.below(4); n > 0; --n) messages.push_back(any_message(random));
    const auto all = decode_messages(encode(messages));
    BOOST_TEST_REQUIRE(std::equal(all.begin(), all.end(), messages.begin(), messages.end(),
                                  [](auto& a, auto& b) { return same(a, b); }));
  }
  const Past with_row = [&] {
    auto made = any_past(random);
    while (!made.row) made = any_past(random);
    return made;
  }();
  const auto back = decode_past(encode(with_row));
  BOOST_TEST((back.row->origin == with_row.row->origin && back.row->key == with_row.row->key &&
              back.row->parents == with_row.row->parents && back.row->op == with_row.row->op &&
              back.row->cost == with_row.row->cost && back.row->late == with_row.row->late));
  BOOST_TEST(back.row->evaluation.curve.size() == with_row.row->evaluation.curve.size());
  BOOST_TEST(back.deaths() == with_row.deaths());
}

BOOST_AUTO_TEST_CASE(random_messages_come_back_bit_for_bit) {
  auto random = draws(1);
  for (int i = 0; i < 5000; ++i) {
    const auto message = any_message(random);
    BOOST_TEST_REQUIRE(same(message, decode_message(encode(message))));
    const auto candidates = any_candidates(random);
    BOOST_TEST_REQUIRE(same(candidates, decode_candidates(encode(candidates))));
  }
}

BOOST_AUTO_TEST_CASE(cut_and_lengthened_messages_are_refused) {
  auto random = draws(2);
  for (int i = 0; i < 100; ++i) {
    const auto bytes = encode(any_message(random));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      BOOST_REQUIRE_THROW(decode_message(std::string_view(bytes).substr(0, size)), SystemError);
    }
    BOOST_REQUIRE_THROW(decode_message(bytes + '\0'), SystemError);
    BOOST_REQUIRE_THROW(decode_candidates(bytes), SystemError);
  }
}

BOOST_AUTO_TEST_CASE(garbage_is_refused_or_means_a_message) {
  auto random = draws(3);
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes;
    if (random.chance(0.5)) {
      bytes = encode(any_message(random));
      bytes[random.below(std::uint32_t(bytes.size()))] ^= char(1 << random.below(8));
    } else {
      for (auto n = random.below(80); n > 0; --n) bytes.push_back(char(random.next()));
      if (!bytes.empty()) bytes[0] = char(random.below(5));
    }
    try {
      BOOST_TEST_REQUIRE(
          (encode(decode_message(bytes)) == bytes));   // accepted: then these are the bytes of what was decoded
    } catch (const SystemError&) {
      ++refused;
    }
  }
  BOOST_TEST(refused > 5000);
}

BOOST_AUTO_TEST_CASE(an_announced_length_that_is_not_there_allocates_nothing) {
  auto bytes = encode(std::vector<Candidate>(1, Candidate{{0, 0}, {1.0}, 0.0}));
  std::memset(bytes.data() + 1, 0xff, sizeof(std::uint64_t));   // 2^64 - 1 candidates
  BOOST_CHECK_THROW(decode_candidates(bytes), SystemError);
}

}   // namespace
}   // namespace archipel::mpi
