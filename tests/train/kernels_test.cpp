#include "synthetic.hpp"

#include "train/gradient_sync.hpp"
#include "train/kernels.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
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

BOOST_AUTO_TEST_CASE(means_over_windows_are_those_of_their_pixels) {
  for (const int stride : {1, 2})
    for (const int channels : {3, 24}) {
      const Window w{
          .images = 2, .height = 7, .width = 5, .channels = channels, .kernel = 3, .stride = stride, .padding = 1};
      const auto x = random_values(w.inputs(), stride), dy = random_values(w.outputs(), 9);
      std::vector<float> y(w.outputs()), dx(w.inputs());
      average_pool_forward(w, x.data(), y.data());
      average_pool_backward(w, dy.data(), dx.data());
      std::vector<double> expected(w.inputs());
      std::size_t out = 0;
      for (int n = 0; n < 2; ++n)
        for (int oy = 0; oy < w.out_height(); ++oy)
          for (int ox = 0; ox < w.out_width(); ++ox)
            for (int c = 0; c < channels; ++c, ++out) {
              double sum = 0;
              for (int iy = std::max(0, oy * stride - 1); iy <= std::min(6, oy * stride + 1); ++iy)
                for (int ix = std::max(0, ox * stride - 1); ix <= std::min(4, ox * stride + 1); ++ix) {
                  const std::size_t at = ((std::size_t(n) * 7 + iy) * 5 + ix) * channels + c;
                  sum += x[at];
                  expected[at] += dy[out] / 9.0;
                }
              BOOST_REQUIRE(std::abs(y[out] - sum / 9) < 1e-5);
            }
      for (std::size_t i = 0; i < dx.size(); ++i) BOOST_REQUIRE(std::abs(dx[i] - expected[i]) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(moments_of_a_stem_follow_from_sums_over_its_images) {
  for (const int channels : {1, 3}) {
    const Window w{.images = 3, .height = 6, .width = 19, .channels = channels, .kernel = 3, .padding = 1};
    const auto images = random_values(w.inputs(), 5), weights = random_values(std::size_t(9 * channels), 6);
    float mean = 0, square = 0;
    const TapSums sums = sum_taps(w, images.data());
    stem_moments(sums, weights.data(), 1, &mean, &square);
    double sum = 0, squares = 0;
    for (int n = 0; n < 3; ++n)
      for (int y = 0; y < 6; ++y)
        for (int x = 0; x < 19; ++x) {
          double value = 0;
          for (int c = 0; c < channels; ++c)
            for (int ky = 0; ky < 3; ++ky)
              for (int kx = 0; kx < 3; ++kx) {
                const int iy = y + ky - 1, ix = x + kx - 1;
                if (iy < 0 || iy >= 6 || ix < 0 || ix >= 19) continue;
                value += double(images[((std::size_t(n) * 6 + iy) * 19 + ix) * channels + c]) *
                         weights[std::size_t(c * 9 + ky * 3 + kx)];
              }
          sum += value;
          squares += value * value;
        }
    BOOST_TEST(sums.rows == 3u * 6 * 19);
    BOOST_TEST(std::abs(mean - sum / double(sums.rows)) < 1e-5);
    BOOST_TEST(std::abs(square - squares / double(sums.rows)) < 1e-5 * squares / double(sums.rows));
  }
}

BOOST_AUTO_TEST_CASE(cross_entropy_is_that_of_probabilities) {
  const std::vector<float> logits{1, 2, 3, 0, 0, 0};
  const std::vector<std::uint8_t> labels{2, 1};
  std::vector<float> gradient(6);
  const double loss = cross_entropy(logits.data(), labels.data(), 2, 3, 0.3, gradient.data());
  double expected = 0;
  for (int n = 0; n < 2; ++n) {
    double sum = 0;
    for (int k = 0; k < 3; ++k) sum += std::exp(double(logits[3 * n + k]));
    for (int k = 0; k < 3; ++k) {
      const double target = 0.1 + (k == labels[n] ? 0.7 : 0.0), share = std::exp(double(logits[3 * n + k])) / sum;
      expected -= target * std::log(share) / 2;
      BOOST_TEST(std::abs(gradient[3 * n + k] - (share - target) / 2) < 1e-6);
    }
  }
  BOOST_TEST(std::abs(loss - expected) < 1e-6);
}

BOOST_AUTO_TEST_CASE(cross_entropy_of_extremes) {
  const std::uint8_t label = 0;
  std::vector<float> gradient(2);
  const std::vector<float> certain{3e38f, -3e38f};
  BOOST_TEST(cross_entropy(certain.data(), &label, 1, 2, 0, gradient.data()) == 0.0f);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const std::vector<float> logits{1.0f, bad};
    BOOST_TEST(std::isnan(cross_entropy(logits.data(), &label, 1, 2, 0, gradient.data())));
    BOOST_TEST(std::isnan(gradient[0]));
  }
}

BOOST_AUTO_TEST_CASE(sums_of_any_number_of_terms) {
  for (std::size_t terms = 2; terms < 8; ++terms) {
    std::vector<std::vector<float>> values;
    for (std::size_t t = 0; t < terms; ++t) values.push_back(random_values(100, t));
    std::vector<const float*> places;
    for (const auto& value : values) places.push_back(value.data());
    std::vector<float> y(100);
    add(places, 100, y.data());
    for (std::size_t i = 0; i < 100; ++i) {
      float sum = values[0][i];
      for (std::size_t t = 1; t < terms; ++t) sum += values[t][i];
      BOOST_REQUIRE(y[i] == sum);
    }
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
