// Without LibTorch, so that the sanitizers see it.

#include "if_bfloat16.hpp"
#include "shard.hpp"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <cmath>
#include <limits>

using namespace archipel;
using namespace archipel::train;

namespace {

std::vector<Bfloat16> rounded(const std::vector<float>& x) {
  std::vector<Bfloat16> y(x.size());
  round_to_bfloat16(x.data(), x.size(), y.data());
  return y;
}
float value_of(Bfloat16 x) { return std::bit_cast<float>(std::uint32_t(x) << 16); }

/// Largest difference over the largest value.
double difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0, most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(double(a[i])));
    most = std::max(most, std::abs(double(a[i]) - b[i]));
  }
  return most / largest;
}

}   // namespace

BOOST_AUTO_TEST_CASE(rounds_to_the_nearest_and_ties_to_even) {
  auto x = random_values(1000, 1);
  const float step = 0.0078125f;   // between two of them from 1 to 2
  for (const float value : {0.0f, -0.0f, 1 + step / 2, 1 + 3 * step / 2, 1 + step / 2 + 1e-6f, -3e-39f, 3e38f})
    x.push_back(value);
  const auto y = rounded(x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float down = value_of(Bfloat16(std::bit_cast<std::uint32_t>(x[i]) >> 16)),
                up = value_of(Bfloat16((std::bit_cast<std::uint32_t>(x[i]) >> 16) + 1));
    const double below = std::abs(double(x[i]) - down), above = std::abs(double(up) - x[i]);
    const bool even = std::bit_cast<std::uint32_t>(down) >> 16 & 1;
    BOOST_TEST(value_of(y[i]) == (below < above || (below == above && !even) ? down : up), x[i]);
  }
  BOOST_TEST(value_of(y[1002]) == 1.0f);
  BOOST_TEST(value_of(y[1003]) == 1 + 2 * step);
  BOOST_TEST(std::signbit(value_of(y[1001])));
}

BOOST_AUTO_TEST_CASE(infinity_and_what_is_no_number_stay) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const auto y = rounded({infinity, -infinity, std::bit_cast<float>(0x7f800001u), std::bit_cast<float>(0xffffffffu),
                          std::numeric_limits<float>::max()});
  BOOST_TEST(value_of(y[0]) == infinity);
  BOOST_TEST(value_of(y[1]) == -infinity);
  BOOST_TEST(std::isnan(value_of(y[2])));
  BOOST_TEST(std::isnan(value_of(y[3])));
  BOOST_TEST(value_of(y[4]) == infinity);
}

BOOST_AUTO_TEST_CASE(products_of_rounded_factors_are_summed_in_single_precision, *if_bfloat16) {
  for (const int channels : {3, 8, 16, 20, 48})
    for (const int kernel : {1, 3, 5})
      for (const int stride : {1, 2})
        BOOST_TEST_CONTEXT(channels << " channels, " << kernel << "x" << kernel << ", stride " << stride) {
          const Window w{.images = 5,
                         .height = 9,
                         .width = 7,
                         .channels = channels,
                         .kernel = kernel,
                         .stride = stride,
                         .padding = kernel / 2};
          const int outputs = channels + 4;
          const std::size_t weights = std::size_t(outputs) * channels * kernel * kernel,
                            results = w.outputs() / channels * outputs;
          const auto exact = [](std::size_t count, std::uint64_t seed) {   // in bfloat16
            std::vector<float> values;
            for (const auto value : rounded(random_values(count, seed))) values.push_back(value_of(value));
            return values;
          };
          const auto x = exact(w.inputs(), 1), factors = exact(weights, 2), dy = exact(results, 3);
          const auto half_x = rounded(x), half_dy = rounded(dy);
          std::vector<float> y[2], dx[2], dweights[2];
          for (const auto precision : {Precision::float32, Precision::bfloat16}) {
            const auto p = std::size_t(precision);
            y[p].resize(results), dx[p].resize(w.inputs()), dweights[p].resize(weights);
            const bool half = precision == Precision::bfloat16;
            const Factors in(x.data(), half ? half_x.data() : nullptr), out(dy.data(), half ? half_dy.data() : nullptr);
            Convolution convolution(w, outputs, Convolution::For::training, true, precision);
            convolution.load(factors.data());
            convolution.forward(in, y[p].data());
            convolution.backward_weights(in, out, dweights[p].data());
            convolution.backward_input(out, dx[p].data());
          }
          BOOST_TEST(difference(y[0], y[1]) < 1e-6);
          BOOST_TEST(difference(dx[0], dx[1]) < 1e-6);
          BOOST_TEST(difference(dweights[0], dweights[1]) < 1e-6);
        }
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_single_precision_but_for_rounding, *if_bfloat16) {
  for (const int channels : {1, 6}) {   // of images; 6 are too many for the stem's kernels
    const auto network = network_of(every_operation(12), channels, 15, 11, 5);
    Shard single(network, 9), half(network, 9, Precision::bfloat16);
    const auto a = single.train(), b = half.train();
    double product = 0, squares[2] = {};
    for (std::size_t i = 0; i < network.parameters; ++i) {
      BOOST_REQUIRE(std::isfinite(b[i]));
      product += double(a[i]) * b[i];
      squares[0] += double(a[i]) * a[i];
      squares[1] += double(b[i]) * b[i];
    }
    const double cosine = product / std::sqrt(squares[0] * squares[1]), lengths = std::sqrt(squares[1] / squares[0]);
    BOOST_TEST(cosine > 0.99, cosine);
    BOOST_TEST(cosine < 1.0);
    BOOST_TEST(std::abs(lengths - 1) < 0.02, lengths);
    BOOST_TEST(std::abs(a[single.layout.loss] - b[half.layout.loss]) < 0.02);
    BOOST_TEST(b == half.train());
    BOOST_TEST(b == Shard(network, 9, Precision::bfloat16).train());
  }
}
