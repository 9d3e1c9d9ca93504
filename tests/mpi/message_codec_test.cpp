#include "mpi/message_codec.hpp"

#include "base/error.hpp"
#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

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
  return candidate;
}

std::vector<Candidate> any_candidates(Stream& random) {
  std::vector<Candidate> candidates;
  for (auto n = random.below(6); n > 0; --n) candidates.push_back(any_candidate(random));
  return candidates;
}

Message any_message(Stream& random) {
  if (random.chance(0.5)) {
    return Packet{std::int32_t(random.next()), std::int32_t(random.next()), word(random), random.chance(0.5),
                  any_candidates(random)};
  }
  return Result{.origin = {std::int32_t(random.next()), std::int64_t(word(random))},
                .outcome = Outcome(1 + random.below(7)),
                .fitness = any_double(random),
                .weights = {word(random), word(random)},
                .late = random.chance(0.5),
                .again = random.chance(0.5)};
}

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

bool same(const std::vector<Candidate>& a, const std::vector<Candidate>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Candidate& x, const Candidate& y) {
    return x.origin == y.origin && same_bits(x.fitness, y.fitness) &&
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
  const auto &r = std::get<Result>(a), &s = std::get<Result>(b);
  return r.origin == s.origin && r.outcome == s.outcome && same_bits(r.fitness, s.fitness) && r.weights == s.weights &&
         r.late == s.late && r.again == s.again;
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
