#include "train/buckets.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace archipel::train {
namespace {

BOOST_AUTO_TEST_CASE(every_value_is_in_one_bucket_in_the_order_of_a_backward_pass) {
  for (const std::size_t weights : {0, 1, 5, 16, 100})
    for (const std::size_t others : {0, 1, 7})
      for (const std::size_t values : {1, 3, 5, 16, 1000}) {
        const auto buckets = buckets_of(weights, weights + others, values);
        BOOST_TEST(buckets.size() == (weights + values - 1) / values + 1);
        BOOST_TEST(buckets.back().begin == weights);
        BOOST_TEST(buckets.back().end == weights + others);
        std::size_t end = weights;
        for (std::size_t b = 0; b + 1 < buckets.size(); ++b) {
          BOOST_TEST(buckets[b].end == end);
          BOOST_TEST(buckets[b].end - buckets[b].begin == std::min(values, end));   // only the last one is smaller
          end = buckets[b].begin;
        }
        BOOST_TEST(end == 0u);
      }
}

}   // namespace
}   // namespace archipel::train
