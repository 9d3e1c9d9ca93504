#include "synthetic.hpp"

#include "train/batch.hpp"

#include <boost/test/unit_test.hpp>

using namespace archipel;
using namespace archipel::train;

namespace {
constexpr int size = 9, channels = 2;
constexpr std::size_t image = size * size * channels;

struct Fixture {
  SyntheticImages images{200, 4, size, 1, channels};
  TrainingData data{images.set, 50, 1};
  Standardiser standardiser{data};

  std::vector<float> assemble(std::vector<std::uint32_t> positions, const Augmentation& augmentation,
                              std::uint64_t key = 7, int epoch = 0) const {
    std::vector<float> out(positions.size() * image);
    standardiser.assemble(images.set, positions, augmentation, key, epoch, out.data());
    return out;
  }
  float pixel(std::uint32_t position, int c, int y, int x) const {
    const int value = y < 0 || y >= size || x < 0 || x >= size
                          ? 0
                          : images.pixels[((std::size_t(position) * channels + c) * size + y) * size + x];
    return (float(value) - data.mean()[c]) / data.deviation()[c];
  }
};
}   // namespace

BOOST_FIXTURE_TEST_CASE(without_changes_pixels_are_standardised_channels_last, Fixture) {
  const auto out = assemble({3, 150}, {});
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x)
      for (int c = 0; c < channels; ++c)
        BOOST_REQUIRE(out[image + (y * size + x) * channels + c] == pixel(150, c, y, x));
}

BOOST_FIXTURE_TEST_CASE(changes_are_a_function_of_key_epoch_and_sample, Fixture) {
  const Augmentation all{.shift = 2, .flip = true, .cutout = 3};
  std::vector<std::uint32_t> positions(100), reversed(100);
  for (std::uint32_t i = 0; i < 100; ++i) positions[i] = i, reversed[99 - i] = i;
  const auto forward = assemble(positions, all), backward = assemble(reversed, all);
  for (std::size_t i = 0; i < 100; ++i)
    BOOST_REQUIRE(std::equal(forward.begin() + i * image, forward.begin() + (i + 1) * image,
                             backward.begin() + (99 - i) * image));
  BOOST_TEST((forward != assemble(positions, all, 8)));
  BOOST_TEST((forward != assemble(positions, all, 7, 1)));
  BOOST_TEST((forward == assemble(positions, all)));
}

BOOST_FIXTURE_TEST_CASE(every_changed_image_is_a_shift_and_flip_of_its_original, Fixture) {
  int flips = 0, shifts = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto out = assemble({i}, {.shift = 1, .flip = true, .cutout = 0});
    int matches = 0;
    for (int down = -1; down <= 1; ++down)
      for (int right = -1; right <= 1; ++right)
        for (const bool flip : {false, true}) {
          bool same = true;
          for (int y = 0; y < size && same; ++y)
            for (int x = 0; x < size && same; ++x)
              for (int c = 0; c < channels; ++c) {
                const int column = x - right;
                const bool inside = column >= 0 && column < size;
                same &= out[(y * size + x) * channels + c] == pixel(i, c, y - down,
                                                                    !inside ? -1
                                                                    : flip  ? size - 1 - column
                                                                            : column);
              }
          matches += same;
          flips += same && flip;
          shifts += same && (down != 0 || right != 0);
        }
    BOOST_REQUIRE(matches >= 1);
  }
  BOOST_TEST(flips > 25);
  BOOST_TEST(flips < 75);
  BOOST_TEST(shifts > 60);
}

BOOST_FIXTURE_TEST_CASE(cutout_removes_at_most_its_square, Fixture) {
  for (std::uint32_t i = 0; i < 50; ++i) {
    const auto out = assemble({i}, {.shift = 0, .flip = false, .cutout = 4}), plain = assemble({i}, {});
    int changed = 0;
    for (std::size_t p = 0; p < image; ++p) {
      changed += out[p] != plain[p];
      BOOST_REQUIRE((out[p] == plain[p] || out[p] == 0.0f));
    }
    BOOST_TEST(changed <= 16 * channels);
    BOOST_TEST(changed >= 3 * channels);
  }
}
