#include "synthetic.hpp"

#include "train/image_feed.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <numeric>

using namespace archipel;
using namespace archipel::train;

namespace {

struct Fixture {
  SyntheticImages images{3000, 4, 8, 1};
  std::mutex mutex;
  std::map<const std::uint8_t*, std::size_t> buffers;   // where was read to: the most bytes
  std::size_t bytes = 0;                                // in all
  std::atomic<int> reads{0};
  int fails = -1;   // this read

  ImageSet streamed() {
    ImageSet set = images.streamed();
    set.read = [this, inner = set.read](std::span<const std::uint32_t> positions, std::span<std::uint8_t> pixels) {
      if (reads++ == fails) throw SystemError("the disk is gone");
      if (!std::ranges::is_sorted(positions) || pixels.size() != positions.size() * 64)
        throw std::logic_error("asked for wrongly");   // in a thread, where Boost.Test has no checks
      inner(positions, pixels);
      const std::lock_guard lock(mutex);
      auto& most = buffers[pixels.data()];
      most = std::max(most, pixels.size());
      bytes += pixels.size();
    };
    return set;
  }
  EpochOrder order(std::int64_t window) const {
    std::vector<std::uint32_t> all(2900);
    std::iota(all.begin(), all.end(), 50u);
    return {all, {.settings = {.shards = 4, .batch = 64}, .window = window}, 64, 9};
  }
};

}   // namespace

BOOST_FIXTURE_TEST_CASE(streamed_images_are_those_in_memory_in_two_bounded_buffers, Fixture) {
  const auto set = streamed();
  for (const ShardRange mine : {ShardRange{0, 4}, ShardRange{1, 3}}) {
    buffers.clear();
    bytes = 0;
    const std::int64_t window = 24'000;   // an eighth
    const auto order_ = order(window);
    BOOST_TEST(order_.windows() > 8);
    ImageFeed feed(set, order_, mine, 3), whole(images.set, order_, mine, 3);
    for (int epoch = 0; epoch < 3; ++epoch)
      for (std::int64_t step = 0; step < order_.steps().count; ++step) {
        feed.go_to(epoch, step);
        whole.go_to(epoch, step);
        for (int s = mine.begin; s < mine.end; ++s) {
          BOOST_REQUIRE(std::ranges::equal(feed.samples(s), whole.samples(s)));
          for (const auto i : feed.samples(s))
            BOOST_REQUIRE(std::equal(feed.images().image(i), feed.images().image(i) + 64, images.set.image(i)));
        }
      }
    BOOST_TEST(buffers.size() == 2u);
    std::size_t most = 0;
    for (const auto& [place, size] : buffers) most += size;
    BOOST_TEST(most <= std::size_t(window) * std::size_t(mine.end - mine.begin) / 4);
    // Each replica reads what its shards need, once an epoch.
    BOOST_TEST(bytes == std::size_t(3 * order_.steps().count) * 16 * 64 * std::size_t(mine.end - mine.begin));
  }
}

BOOST_FIXTURE_TEST_CASE(it_goes_to_any_step, Fixture) {
  const auto set = streamed();
  const auto order_ = order(24'000);
  ImageFeed feed(set, order_, {0, 4}, 5), whole(images.set, order_, {0, 4}, 5);
  for (const auto& [epoch, step] : {std::pair(3, 20), {3, 21}, {0, 0}, {4, 44}, {4, 0}, {1, 7}}) {
    feed.go_to(epoch, step);
    whole.go_to(epoch, step);
    BOOST_TEST(std::ranges::equal(feed.samples(2), whole.samples(2)));
    for (const auto i : feed.samples(2))
      BOOST_REQUIRE(std::equal(feed.images().image(i), feed.images().image(i) + 64, images.set.image(i)));
  }
}

BOOST_FIXTURE_TEST_CASE(samples_without_a_window_are_read_once, Fixture) {
  const auto set = streamed();
  const auto order_ = order(0);
  ImageFeed feed(set, order_, {0, 4}, 3);
  for (int epoch = 0; epoch < 3; ++epoch) feed.go_to(epoch, epoch);
  BOOST_TEST(bytes == 2900u * 64);
  for (const auto i : feed.samples(0))
    BOOST_REQUIRE(std::equal(feed.images().image(i), feed.images().image(i) + 64, images.set.image(i)));
}

BOOST_FIXTURE_TEST_CASE(what_a_reading_thread_meets_is_thrown_where_its_images_are_wanted, Fixture) {
  const auto set = streamed();
  const auto order_ = order(24'000);
  for (const int at : {0, 1, 3}) {
    reads = 0;
    fails = at;
    ImageFeed feed(set, order_, {0, 4}, 1);
    const auto go = [&] {
      for (std::int64_t step = 0; step < order_.steps().count; ++step) feed.go_to(0, step);
    };
    BOOST_CHECK_EXCEPTION(go(), SystemError,
                          [](const SystemError& error) { return std::string(error.what()) == "the disk is gone"; });
  }
}
