#include "synthetic.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <set>
#include <utility>

using namespace archipel;
using namespace archipel::train;

namespace {
std::vector<int> counts(const ImageSet& set, std::span<const std::uint32_t> positions) {
  std::vector<int> result(256);
  for (const auto i : positions) ++result[set.labels[i]];
  return result;
}
}   // namespace

BOOST_AUTO_TEST_CASE(split_is_stratified_disjoint_complete_and_seeded) {
  const SyntheticImages images(2000, 7, 8, 1);
  const TrainingData data(images.set, 301, 5);
  BOOST_TEST(data.validation().size() == 301u);
  std::set<std::uint32_t> all(data.training().begin(), data.training().end());
  for (const auto i : data.validation()) BOOST_TEST(all.insert(i).second);
  BOOST_TEST(all.size() == 2000u);
  const auto held = counts(images.set, data.validation()), kept = counts(images.set, data.training());
  for (int c = 0; c < 7; ++c) BOOST_TEST(std::abs(held[c] - 301.0 * (held[c] + kept[c]) / 2000) < 1.0);
  BOOST_TEST(data.classes() == 7);

  const TrainingData again(images.set, 301, 5), other(images.set, 301, 6);
  BOOST_TEST(std::ranges::equal(data.validation(), again.validation()));
  BOOST_TEST(!std::ranges::equal(data.validation(), other.validation()));
  BOOST_TEST((data.digest() == again.digest()));
  BOOST_TEST((data.digest() != other.digest()));
}

BOOST_AUTO_TEST_CASE(standardisation_sees_training_images_only) {
  SyntheticImages images(300, 3, 6, 2, 2);
  const TrainingData data(images.set, 100, 1);
  for (int c = 0; c < 2; ++c) {
    double sum = 0, squares = 0;
    for (const auto i : data.training())
      for (int p = 0; p < 36; ++p) {
        const double value = images.pixels[(std::size_t(i) * 2 + c) * 36 + p];
        sum += value, squares += value * value;
      }
    const double mean = sum / (200 * 36), deviation = std::sqrt(squares / (200 * 36) - mean * mean);
    BOOST_TEST(std::abs(data.mean()[c] - mean) < 1e-4);
    BOOST_TEST(std::abs(data.deviation()[c] - deviation) < 1e-4);
  }
  const std::vector<float> before(data.mean().begin(), data.mean().end());
  for (const auto i : data.validation()) std::fill_n(images.pixels.begin() + i * 72, 72, std::uint8_t(0));
  const TrainingData changed(images.set, 100, 1);
  BOOST_TEST(std::ranges::equal(changed.mean(), before));
  BOOST_TEST((changed.digest() != data.digest()));
}

BOOST_AUTO_TEST_CASE(images_that_are_not_in_memory_make_the_same_data) {
  const SyntheticImages images(3000, 5, 20, 2, 3);   // 3.6 MB: several blocks
  const TrainingData data(images.set, 100, 1);
  TrainingData streamed(images.streamed(), 100, 1);
  BOOST_TEST((streamed.digest() == data.digest()));
  BOOST_TEST(std::ranges::equal(streamed.mean(), data.mean()));
  BOOST_TEST(std::ranges::equal(streamed.deviation(), data.deviation()));
  BOOST_TEST((streamed.subset(500) == data.subset(500)));

  auto pixels_lost = images.streamed();
  pixels_lost.read = {};
  const auto bytes = data.facts().to_bytes();
  BOOST_TEST(bytes.size() == DataFacts::bytes(3));
  const TrainingData told(images.streamed(), 100, 1, DataFacts::from_bytes(bytes, 3));
  BOOST_TEST((told.digest() == data.digest()));
  BOOST_TEST(std::ranges::equal(told.mean(), data.mean()));
  BOOST_TEST(std::ranges::equal(told.deviation(), data.deviation()));
  BOOST_CHECK_THROW(TrainingData(pixels_lost, 100, 1), InputError);

  std::vector<std::uint8_t> held(100 * images.set.image_bytes());
  images.streamed().read(data.validation(), held);
  streamed.hold_validation(held);
  for (const auto i : data.validation())
    BOOST_REQUIRE(std::equal(images.set.image(i), images.set.image(i) + 1200, streamed.validation_images().image(i)));
}

BOOST_AUTO_TEST_CASE(subsets_are_stratified_and_the_same_for_all) {
  const SyntheticImages images(1000, 5, 6, 3);
  const TrainingData data(images.set, 200, 1);
  const auto subset = data.subset(123);
  BOOST_TEST(subset.size() == 123u);
  BOOST_TEST((subset == data.subset(123)));
  BOOST_TEST(std::ranges::includes(data.training(), subset));
  const auto chosen = counts(images.set, subset), kept = counts(images.set, data.training());
  for (int c = 0; c < 5; ++c) BOOST_TEST(std::abs(chosen[c] - 123.0 * kept[c] / 800) < 1.0);
  BOOST_TEST(data.subset(0).size() == 800u);
  BOOST_CHECK_THROW(data.subset(801), InputError);
  BOOST_CHECK_THROW(data.subset(-1), InputError);
}

BOOST_AUTO_TEST_CASE(impossible_data_are_the_users_mistake) {
  const SyntheticImages images(50, 3, 6, 4);
  SyntheticImages one_of_class_3(100, 5, 8, 1);
  bool seen = false;
  for (auto& label : one_of_class_3.labels)
    if (label == 3 && std::exchange(seen, true)) label = 2;
  int refused = 0;   // where the split puts that image into validation
  for (std::uint64_t seed = 0; seed < 8; ++seed) try {
      const TrainingData split(one_of_class_3.set, 90, seed);
      BOOST_TEST(counts(one_of_class_3.set, split.training())[3] == 1);
    } catch (const InputError&) {
      ++refused;
    }
  BOOST_TEST(refused > 0);
  for (const int validation : {-1, 0, 50, 51}) BOOST_CHECK_THROW(TrainingData(images.set, validation, 1), InputError);
  ImageSet wrong = images.set;
  wrong.labels = wrong.labels.first(49);
  BOOST_CHECK_THROW(TrainingData(wrong, 10, 1), InputError);
  wrong = images.set;
  wrong.width = 7;
  BOOST_CHECK_THROW(TrainingData(wrong, 10, 1), InputError);
}
