#include "train/inspection.hpp"

#include "synthetic.hpp"

#include <boost/test/unit_test.hpp>

using namespace archipel;
using namespace archipel::train;

namespace {

/// Looks at images that come in pieces of `piece` bytes.
Inspection seen_in_pieces(const ImageSet& set, std::size_t piece) {
  Inspector inspector(set);
  for (std::size_t at = 0; at < set.pixels.size(); at += piece)
    inspector.add(set.pixels.subspan(at, std::min(piece, set.pixels.size() - at)));
  return inspector.finish();
}

}   // namespace

BOOST_AUTO_TEST_CASE(classes_values_blank_and_repeated_images_are_counted) {
  SyntheticImages images(200, 4, 8, 1, 2);
  constexpr std::size_t bytes = 2 * 8 * 8;
  const auto image = [&](int i) { return images.pixels.begin() + std::ptrdiff_t(std::size_t(i) * bytes); };
  std::ranges::fill(images.labels, std::uint8_t(0));
  for (int i = 0; i < 50; ++i) images.labels[std::size_t(i)] = 3;
  std::fill_n(image(10), bytes, std::uint8_t(9));
  std::fill_n(image(11), bytes / 2, std::uint8_t(7));   // one value in each channel
  std::fill_n(image(11) + bytes / 2, bytes / 2, std::uint8_t(8));
  std::copy_n(image(20), bytes, image(21));   // of one class
  std::copy_n(image(20), bytes, image(22));
  for (const int place : {150, 151, 152}) std::copy_n(image(20), bytes, image(place));   // of another
  const auto [lowest, highest] = std::ranges::minmax(images.pixels);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, bytes, 5 * bytes + 3, images.pixels.size()}) {
    const auto seen = seen_in_pieces(images.set, piece);
    BOOST_TEST(seen.count == 200);
    BOOST_TEST((seen.of_class == std::vector<std::int64_t>{150, 0, 0, 50}));
    BOOST_TEST(seen.lowest == lowest);
    BOOST_TEST(seen.highest == highest);
    BOOST_TEST(seen.blank == 2);
    BOOST_TEST(seen.repeated == 5);
    BOOST_TEST(seen.contradicted == 3);
  }
}

BOOST_AUTO_TEST_CASE(images_that_two_sets_share_are_counted_whatever_their_labels) {
  const SyntheticImages images(300, 3, 6, 5);
  const auto part = [&](int first, int count, std::span<const std::uint8_t> labels) {
    auto set = images.set;
    set.count = count;
    set.pixels = set.pixels.subspan(std::size_t(first) * 36, std::size_t(count) * 36);
    set.labels = labels.subspan(std::size_t(first), std::size_t(count));
    return seen_in_pieces(set, 1000);
  };
  std::vector<std::uint8_t> others(images.labels);
  for (auto& label : others) ++label;
  const auto training = part(0, 200, images.labels);
  BOOST_TEST(shared_images(part(150, 150, images.labels), training) == 50);
  BOOST_TEST(shared_images(part(150, 150, others), training) == 50);
  BOOST_TEST(shared_images(part(200, 100, images.labels), training) == 0);
}

BOOST_AUTO_TEST_CASE(an_image_of_one_pixel_is_not_blank) {
  const SyntheticImages images(20, 2, 1, 1);
  BOOST_TEST(seen_in_pieces(images.set, 7).blank == 0);
}
