#include "train/memory_plan.hpp"
#include "base/random.hpp"

#include <boost/test/unit_test.hpp>

#include <numeric>

using namespace archipel;
using namespace archipel::train;

BOOST_AUTO_TEST_CASE(buffers_in_use_at_the_same_time_do_not_overlap) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Stream draws(seed, Purpose::canary, 0, 0, 0);
    std::vector<Lifetime> buffers(1 + draws.below(40));
    for (auto& buffer : buffers) {
      buffer = {.floats = draws.below(3) == 0 ? 0 : std::size_t(draws.below(1000)), .first = int(draws.below(50))};
      buffer.last = buffer.first + int(draws.below(20));
    }
    const auto plan = plan_memory(buffers);
    std::size_t all = 0;
    for (std::size_t a = 0; a < buffers.size(); ++a) {
      all += (buffers[a].floats + 15) / 16 * 16;
      BOOST_REQUIRE(plan.offsets[a] % 16 == 0u);
      BOOST_REQUIRE(plan.offsets[a] + buffers[a].floats <= plan.floats);
      for (std::size_t b = 0; b < a; ++b) {
        const bool together = buffers[a].first <= buffers[b].last && buffers[b].first <= buffers[a].last;
        const bool apart = plan.offsets[a] + buffers[a].floats <= plan.offsets[b] ||
                           plan.offsets[b] + buffers[b].floats <= plan.offsets[a];
        BOOST_REQUIRE((!together || apart));
      }
    }
    BOOST_REQUIRE(plan.floats <= all);
  }
}

BOOST_AUTO_TEST_CASE(memory_is_used_again) {
  std::vector<Lifetime> chain;
  for (int i = 0; i < 100; ++i) chain.push_back({.floats = 160, .first = i, .last = i + 1});
  BOOST_TEST(plan_memory(chain).floats == 320u);
}
