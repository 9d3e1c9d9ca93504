#include "train/epoch_order.hpp"

#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <set>

using namespace archipel;
using namespace archipel::train;

namespace {

constexpr std::size_t image = 64;   // bytes

/// Some of 5000 positions.
std::vector<std::uint32_t> samples() {
  Stream draws(3, Purpose::canary, 0, 0, 0);
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t i = 0; i < 5000; ++i)
    if (draws.chance(0.8)) chosen.push_back(i);
  return chosen;
}

TrainingPlan plan(std::int64_t window) { return {.settings = {.shards = 4, .batch = 64}, .window = window}; }

EpochOrder order_of(std::int64_t window, std::uint64_t key = 1) { return {samples(), plan(window), image, key}; }

std::vector<std::uint32_t> epoch_of(const EpochOrder& order, int epoch) {
  std::vector<std::uint32_t> all;
  for (std::int64_t window = 0; window < order.windows(); ++window) {
    const auto part = order.positions(epoch, window, {0, 4});
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}   // namespace

BOOST_AUTO_TEST_CASE(every_epoch_is_another_order_of_the_samples_less_a_partial_batch) {
  const auto all = samples();
  for (const std::int64_t window : {0, 2 * 64 * 64, 10 * 64 * 64, 40'000, 1'000'000}) {
    const auto order = order_of(window);
    std::set<std::uint32_t> left_out;
    for (int epoch = 0; epoch < 20; ++epoch) {
      auto chosen = epoch_of(order, epoch);
      BOOST_TEST(chosen.size() == all.size() / 64 * 64);
      std::ranges::sort(chosen);
      BOOST_TEST((std::ranges::adjacent_find(chosen) == chosen.end()));
      BOOST_TEST(std::ranges::includes(all, chosen));
      std::ranges::set_difference(all, chosen, std::inserter(left_out, left_out.end()));
    }
    BOOST_TEST(left_out.size() > all.size() % 64, "always the same are left out with a window of " << window);
    BOOST_TEST((epoch_of(order, 3) == epoch_of(order_of(window), 3)));
    BOOST_TEST((epoch_of(order, 3) != epoch_of(order, 4)));
    BOOST_TEST((epoch_of(order, 3) != epoch_of(order_of(window, 2), 3)));
  }
}

BOOST_AUTO_TEST_CASE(without_a_window_it_is_one_shuffle) {
  auto all = samples();
  Stream(1, Purpose::shuffle, 0, 5, 0).shuffle(std::span(all));
  all.resize(all.size() / 64 * 64);
  const auto order = order_of(0);
  BOOST_TEST(order.windows() == 1);
  BOOST_TEST((order.positions(5, 0, {0, 4}) == all));
}

BOOST_AUTO_TEST_CASE(a_window_is_half_of_its_bytes_and_comes_from_few_pieces) {
  const auto order = order_of(20 * 64 * std::int64_t(image));   // ten batches of a shuffle: 160 samples of each shard
  BOOST_TEST(order.window_steps() == 10);
  BOOST_TEST(order.windows() == (order.steps().count + 9) / 10);
  for (std::int64_t window = 0; window < order.windows(); ++window) {
    auto chosen = order.positions(0, window, {1, 2});
    BOOST_TEST(chosen.size() <= 160u);
    std::ranges::sort(chosen);
    int pieces = 1;
    for (std::size_t i = 1; i < chosen.size(); ++i) pieces += chosen[i] > chosen[i - 1] + 5;   // the samples have gaps
    BOOST_TEST(pieces <= 18);   // blocks of 10, cut at both ends
    BOOST_TEST(pieces >= int(chosen.size() / 16));
  }
}

BOOST_AUTO_TEST_CASE(replicas_have_the_shards_of_the_whole_and_share_no_sample) {
  for (const std::int64_t window : {0, 40'000}) {
    const auto order = order_of(window);
    for (std::int64_t w = 0; w < order.windows(); ++w) {
      const auto whole = order.positions(2, w, {0, 4}), first = order.positions(2, w, {0, 1}),
                 rest = order.positions(2, w, {1, 4});
      const std::size_t size = order.shard_images();
      BOOST_TEST_REQUIRE(whole.size() == first.size() + rest.size());
      for (std::size_t step = 0; step * 4 * size < whole.size(); ++step) {
        const auto begin = whole.begin() + std::ptrdiff_t(step * 4 * size);
        BOOST_REQUIRE(std::equal(begin, begin + std::ptrdiff_t(size), first.begin() + std::ptrdiff_t(step * size)));
        BOOST_REQUIRE(std::equal(begin + std::ptrdiff_t(size), begin + std::ptrdiff_t(4 * size),
                                 rest.begin() + std::ptrdiff_t(step * 3 * size)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(with_a_window_neighbours_are_still_spread) {
  const auto order = order_of(40'000);   // an eighth of the samples
  const auto chosen = epoch_of(order, 0);
  std::size_t close = 0;   // pairs of one batch that are neighbours in the files
  for (std::size_t batch = 0; batch < chosen.size() / 64; ++batch) {
    std::vector<std::uint32_t> part(chosen.begin() + std::ptrdiff_t(batch * 64),
                                    chosen.begin() + std::ptrdiff_t(batch * 64 + 64));
    std::ranges::sort(part);
    for (std::size_t i = 1; i < part.size(); ++i) close += part[i] == part[i - 1] + 1;
  }
  BOOST_TEST(double(close) < 0.3 * double(chosen.size()), close << " of " << chosen.size());
}
