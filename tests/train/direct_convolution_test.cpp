#include "base/cpu.hpp"
#include "synthetic.hpp"

#include "train/direct_convolution.hpp"
#include "train/kernels_direct.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace archipel;
using namespace archipel::train;

namespace {

/// Calls visit(output, input, weight, value) for every product of the convolution that lies within the image.
template <class Visit>
void for_products(const Window& w, int outputs, const Visit& visit) {
  for (int n = 0; n < w.images; ++n)
    for (int y = 0; y < w.height; ++y)
      for (int x = 0; x < w.width; ++x)
        for (int ky = 0; ky < w.kernel; ++ky)
          for (int kx = 0; kx < w.kernel; ++kx) {
            const int iy = y + ky - w.padding, ix = x + kx - w.padding;
            if (iy < 0 || iy >= w.height || ix < 0 || ix >= w.width) continue;
            for (int o = 0; o < outputs; ++o)
              for (int i = 0; i < w.channels; ++i)
                visit((std::size_t(n * w.height + y) * w.width + x) * outputs + o,
                      (std::size_t(n * w.height + iy) * w.width + ix) * w.channels + i,
                      (std::size_t(o * w.channels + i) * w.kernel + ky) * w.kernel + kx);
          }
}

void check_near(const std::vector<float>& values, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < values.size(); ++i)
    BOOST_REQUIRE(std::abs(values[i] - expected[i]) < 1e-4 * (1 + std::abs(expected[i])));
}

boost::test_tools::assertion_result have_avx512(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(direct_kernels && has_isa("avx512"));
  result.message() << "these kernels are for AVX-512";
  return result;
}

}   // namespace

BOOST_AUTO_TEST_CASE(results_are_those_of_sums_in_double_precision, *boost::unit_test::precondition(have_avx512)) {
  for (const int kernel : {3, 5})
    for (const auto& [height, width] : {std::pair(4, 4), std::pair(3, 7), std::pair(6, 8), std::pair(15, 11)})
      for (const auto& [inputs, outputs] : {std::pair(24, 24), std::pair(24, 72)}) {
        const Window w{
            .images = 3, .height = height, .width = width, .channels = inputs, .kernel = kernel, .padding = kernel / 2};
        BOOST_TEST_REQUIRE(DirectConvolution::suits(w, outputs));
        const std::size_t results = std::size_t(3 * height * width) * outputs;
        const auto x = random_values(w.inputs(), 1), dy = random_values(results, 2),
                   weights = random_values(std::size_t(kernel * kernel) * inputs * outputs, 3);
        std::vector<float> y(results), dx(x.size()), dweights(weights.size());
        DirectConvolution convolution(w, outputs);
        convolution.load(weights.data());
        convolution.forward(x.data(), y.data());
        convolution.backward_input(dy.data(), dx.data());
        convolution.backward_weights(x.data(), dy.data(), dweights.data());
        std::vector<double> expected_y(y.size()), expected_dx(x.size()), expected_dweights(weights.size());
        for_products(w, outputs, [&](std::size_t output, std::size_t input, std::size_t weight) {
          expected_y[output] += double(x[input]) * weights[weight];
          expected_dx[input] += double(dy[output]) * weights[weight];
          expected_dweights[weight] += double(dy[output]) * x[input];
        });
        check_near(y, expected_y);
        check_near(dx, expected_dx);
        check_near(dweights, expected_dweights);
      }
}

BOOST_AUTO_TEST_CASE(other_shapes_are_left_to_the_library) {
  const Window suited{.images = 3, .height = 7, .width = 7, .channels = 24, .kernel = 3, .padding = 1};
  auto strided = suited, narrow = suited, wide = suited;
  strided.stride = 2;
  narrow.width = 6;
  wide.channels = 48;
  BOOST_TEST(!DirectConvolution::suits(suited, 16));
  for (const auto& window : {strided, narrow, wide}) BOOST_TEST(!DirectConvolution::suits(window, 24));
}

BOOST_AUTO_TEST_CASE(rows_are_cut_into_pieces_of_seven_and_four) {
  for (const int width : {4, 7, 8, 11, 12, 14, 15, 16, 28, 32}) BOOST_TEST(direct_width(width), width);
  for (const int width : {1, 2, 3, 5, 6, 9, 10, 13, 17}) BOOST_TEST(!direct_width(width), width);
}
