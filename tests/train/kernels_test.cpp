#include "synthetic.hpp"

#include "train/gradient_sync.hpp"
#include "train/kernels.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace archipel;
using namespace archipel::train;

BOOST_AUTO_TEST_CASE(moments_equal_sums_in_double_precision) {
  for (const int channels : {1, 3, 12, 16, 70})
    for (const std::size_t rows : {1u, 5u, 63u, 5000u}) {
      const auto x = random_values(rows * channels, rows + channels);
      std::vector<float> mean(channels), square(channels);
      channel_moments(x.data(), rows, channels, mean.data(), square.data());
      for (int c = 0; c < channels; ++c) {
        double sum = 0, squares = 0;
        for (std::size_t r = 0; r < rows; ++r)
          sum += x[r * channels + c], squares += double(x[r * channels + c]) * x[r * channels + c];
        BOOST_TEST(std::abs(mean[c] - sum / double(rows)) < 1e-5);
        BOOST_TEST(std::abs(square[c] - squares / double(rows)) < 1e-5 * (1 + squares / double(rows)));
      }
    }
}

BOOST_AUTO_TEST_CASE(not_a_number_passes_through) {
  std::vector<float> x(64, 1.0f), y(64);
  x[17] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> one(16, 1.0f), zero(16, 0.0f);
  scale_shift(x.data(), 4, 16, one.data(), zero.data(), true, y.data());
  BOOST_TEST(std::isnan(y[17]));
  BOOST_TEST(y[16] == 1.0f);

  for (const int place : {0, 4, 8}) {   // first, middle and last of the window
    std::vector<float> image(9, 1.0f), pooled(9);
    std::vector<std::int32_t> chosen(9);
    image[place] = std::numeric_limits<float>::quiet_NaN();
    max_pool_forward({.images = 1, .height = 3, .width = 3, .channels = 1, .kernel = 3, .stride = 1, .padding = 1},
                     image.data(), pooled.data(), chosen.data());
    BOOST_TEST(std::isnan(pooled[4]), "not a number at " << place);
    BOOST_TEST(chosen[4] == place);
  }
}

BOOST_AUTO_TEST_CASE(max_pool_takes_the_first_of_equals_and_strides) {
  for (const int stride : {1, 2})
    for (const int channels : {3, 16, 20}) {
      const Window w{
          .images = 2, .height = 7, .width = 5, .channels = channels, .kernel = 3, .stride = stride, .padding = 1};
      auto x = random_values(w.inputs(), stride);
      for (auto& value : x) value = std::round(value);   // many equals
      std::vector<float> y(w.outputs()), dx(w.inputs()), expected(w.inputs());
      std::vector<std::int32_t> chosen(w.outputs());
      max_pool_forward(w, x.data(), y.data(), chosen.data());
      const auto dy = random_values(w.outputs(), 9);
      max_pool_backward(w, dy.data(), chosen.data(), dx.data());
      std::size_t out = 0;
      for (int n = 0; n < 2; ++n)
        for (int oy = 0; oy < w.out_height(); ++oy)
          for (int ox = 0; ox < w.out_width(); ++ox)
            for (int c = 0; c < channels; ++c, ++out) {
              float best = -std::numeric_limits<float>::infinity();
              std::size_t place = 0;
              for (int iy = std::max(0, oy * stride - 1); iy <= std::min(6, oy * stride + 1); ++iy)
                for (int ix = std::max(0, ox * stride - 1); ix <= std::min(4, ox * stride + 1); ++ix) {
                  const std::size_t at = ((std::size_t(n) * 7 + iy) * 5 + ix) * channels + c;
                  if (x[at] > best) best = x[at], place = at;
                }
              BOOST_REQUIRE(y[out] == best);
              expected[place] += dy[out];
            }
      for (std::size_t i = 0; i < dx.size(); ++i) BOOST_REQUIRE(std::abs(dx[i] - expected[i]) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(shards_are_summed_along_the_tree) {
  std::vector<std::vector<float>> shards;
  for (int s = 0; s < 4; ++s) shards.push_back(random_values(1000, s));
  const auto g = shards;
  Shards buffers(shards.begin(), shards.end());
  LocalSync sync;
  sync.begin(buffers, {});
  sync.finish();
  bool differs_from_a_chain = false;
  for (std::size_t i = 0; i < 1000; ++i) {
    BOOST_REQUIRE(shards[0][i] == (g[0][i] + g[1][i]) + (g[2][i] + g[3][i]));
    differs_from_a_chain |= shards[0][i] != ((g[0][i] + g[1][i]) + g[2][i]) + g[3][i];
  }
  BOOST_TEST(differs_from_a_chain);   // else this test could not fail
}
