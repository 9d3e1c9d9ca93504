#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

using namespace archipel;

BOOST_AUTO_TEST_CASE(the_generator_gives_the_published_numbers) {
  // The known answer of Random123 for Philox4x32-10 with counter 0 and key 0.
  const auto block = r123::Philox4x32{}({{0, 0, 0, 0}}, {{0, 0}});
  BOOST_TEST(block[0] == 0x6627e8d5u);
  BOOST_TEST(block[1] == 0xe169c58du);
  BOOST_TEST(block[2] == 0xbc57ac4cu);
  BOOST_TEST(block[3] == 0x9b00dbd8u);
}

BOOST_AUTO_TEST_CASE(a_stream_counts_up_from_its_key_and_purpose) {
  Stream draws(0x123456789abcdef0, Purpose::shuffle, 3, 4, 5);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const auto expected =
        r123::Philox4x32{}({{block, 5, 4, 3u << 16 | std::uint32_t(Purpose::shuffle)}}, {{0x9abcdef0, 0x12345678}});
    for (int i = 0; i < 4; ++i) BOOST_TEST(draws.next() == expected[std::size_t(i)]);
  }
}

BOOST_AUTO_TEST_CASE(every_part_of_the_key_matters) {
  std::set<std::uint64_t> firsts;
  int streams = 0;
  const auto add = [&](Stream draws) {
    const std::uint64_t high = draws.next();
    firsts.insert(high << 32 | draws.next());
    ++streams;
  };
  add({1, Purpose::ask, 0, 0, 0});
  add({2, Purpose::ask, 0, 0, 0});
  add({1ull << 32, Purpose::ask, 0, 0, 0});
  for (auto purpose = 2; purpose <= int(Purpose::survive); ++purpose) add({1, Purpose(purpose), 0, 0, 0});
  for (const auto place : {1u, 2u, 65535u}) {
    add({1, Purpose::ask, place, 0, 0});
    add({1, Purpose::ask, 0, place, 0});
    add({1, Purpose::ask, 0, 0, place});
  }
  BOOST_TEST(int(firsts.size()) == streams);
}

BOOST_AUTO_TEST_CASE(draws_are_in_range_and_uniform) {
  Stream draws(7, Purpose::ask, 0, 0, 0);
  std::vector<int> counts(10);
  double sum = 0, squares = 0;
  constexpr int n = 100'000;
  for (int i = 0; i < n; ++i) {
    ++counts.at(draws.below(10));
    const double unit = draws.unit(), normal = draws.normal();
    BOOST_TEST_REQUIRE((unit >= 0 && unit < 1 && std::abs(normal) < 6));
    sum += normal, squares += normal * normal;
  }
  double chi = 0;   // 9 degrees of freedom: above 33.7 with a chance of 1e-4
  for (const int count : counts) chi += (count - n / 10.0) * (count - n / 10.0) / (n / 10.0);
  BOOST_TEST(chi < 33.7);
  BOOST_TEST(std::abs(sum / n) < 4 / std::sqrt(double(n)));
  BOOST_TEST(std::abs(squares / n - 1) < 0.02);
}

BOOST_AUTO_TEST_CASE(a_shuffle_keeps_the_values_and_moves_them_everywhere) {
  std::vector<int> places(5);
  for (std::uint32_t i = 0; i < 5000; ++i) {
    std::vector<int> values(5);
    std::iota(values.begin(), values.end(), 0);
    Stream(9, Purpose::shuffle, 0, 0, i).shuffle(std::span(values));
    ++places[std::size_t(std::ranges::find(values, 0) - values.begin())];
    std::ranges::sort(values);
    for (int v = 0; v < 5; ++v) BOOST_TEST_REQUIRE(values[std::size_t(v)] == v);
  }
  for (const int count : places) BOOST_TEST(std::abs(count - 1000) < 150);
}
