#include "base/digest.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace archipel;

BOOST_AUTO_TEST_CASE(digests_are_those_of_xxh3) {
  BOOST_TEST(digest_of(std::string_view()).hex() == "99aa06d3014798d86001c324468d497f");   // published for no bytes
  BOOST_TEST(checksum_of({}) == 0x2d06800538d394c2u);
  BOOST_TEST(!Digest{});
  BOOST_TEST(bool(digest_of("a")));
}

BOOST_AUTO_TEST_CASE(every_bit_and_the_seed_count) {
  std::string text(100, 'x');
  std::set<std::uint64_t> sums{checksum_of(std::as_bytes(std::span(text)), 1)};
  std::set<std::string> digests;
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    auto other = text;
    other[bit / 8] = char(other[bit / 8] ^ (1 << bit % 8));
    sums.insert(checksum_of(std::as_bytes(std::span(other))));
    digests.insert(digest_of(other).hex());
  }
  sums.insert(checksum_of(std::as_bytes(std::span(text))));
  BOOST_TEST(sums.size() == 8 * text.size() + 2);
  BOOST_TEST(digests.size() == 8 * text.size());
}

BOOST_AUTO_TEST_CASE(sequences_are_told_apart) {
  std::set<Digest> digests;
  digests.insert(Hasher().add("ab").add("c").digest());
  digests.insert(Hasher().add("a").add("bc").digest());
  digests.insert(Hasher().add("abc").digest());
  digests.insert(Hasher().add(1).digest());
  digests.insert(Hasher().add(std::int64_t{1}).digest());
  digests.insert(Hasher().add(1.0).digest());
  BOOST_TEST(digests.size() == 6u);
  BOOST_TEST((Hasher().add("ab").add(2).digest() == Hasher().add("ab").add(2).digest()));
}
