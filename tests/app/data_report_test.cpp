#include "app/data_report.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <numeric>

using namespace archipel;
using namespace archipel::app;

namespace {

SeenData data_of(const std::vector<std::int64_t>& of_class, SeenData::Part part = SeenData::Part::training) {
  SeenData data{.part = part, .name = part == SeenData::Part::test ? "test" : "training", .seen = {}};
  data.seen.count = std::accumulate(of_class.begin(), of_class.end(), std::int64_t{0});
  data.seen.height = 28;
  data.seen.width = 30;
  data.seen.of_class = of_class;
  data.seen.lowest = 0;
  data.seen.highest = 255;
  data.validation = 5000;
  return data;
}
std::vector<std::string> doubts_of(const SeenData& data) { return doubts(data, data); }

}   // namespace

BOOST_AUTO_TEST_CASE(numbers_are_grouped) {
  BOOST_TEST(grouped(0) == "0");
  BOOST_TEST(grouped(999) == "999");
  BOOST_TEST(grouped(1000) == "1,000");
  BOOST_TEST(grouped(1234567) == "1,234,567");
}

BOOST_AUTO_TEST_CASE(data_are_described_in_short_lines_whatever_the_number_of_classes) {
  auto data = data_of(std::vector<std::int64_t>(10, 6000));
  BOOST_TEST(understood(data) == "60,000 images of 28 x 30, 1 channel, values 0 to 255; 10 classes of 6,000 images");
  data = data_of({100, 0, 150});
  data.seen.channels = 3;
  BOOST_TEST(understood(data) ==
             "250 images of 28 x 30, 3 channels, values 0 to 255; 2 classes of 100 (label 0) to 150 (label 2) images");
  std::vector<std::int64_t> many(100, 500);
  many[7] = 420;
  for (const auto& line : described(data_of(many))) BOOST_TEST(line.size() < 100u, line);
}

BOOST_AUTO_TEST_CASE(nothing_is_doubted_without_reason) {
  BOOST_TEST(doubts_of(data_of({100, 90, 110})).empty());
  BOOST_TEST(doubts(data_of({10, 9, 11}, SeenData::Part::test), data_of({100, 90, 110})).empty());
}

BOOST_AUTO_TEST_CASE(what_may_not_be_meant_is_a_line_each) {
  const auto training = data_of({100, 90, 110});
  const auto first = [](const SeenData& data, const SeenData& other) {
    const auto lines = doubts(data, other);
    return lines.size() == 1 ? lines[0] : std::to_string(lines.size()) + " lines";
  };
  auto data = training;
  data.seen.highest = 1;
  BOOST_TEST(first(data, data).starts_with("training: no pixel is above 1"));
  data = training;
  data.seen.blank = 1200;
  BOOST_TEST(first(data, data) == "training: 1,200 images are blank (all pixels equal)");
  data = training;
  data.seen.repeated = 3;
  data.seen.contradicted = 2;
  BOOST_TEST(first(data, data) ==
             "training: 3 images repeat an earlier one, 2 with another label than most of their equals");
  BOOST_TEST(first(data_of({0, 90, 110}), training).starts_with("training: no image has label 0: labels begin with 1"));
  BOOST_TEST(first(data_of({100, 5, 100}), training) ==
             "training: unbalanced: who always says label 0 is right for 49 % of the images");

  auto test = data_of({10, 0, 10}, SeenData::Part::test);
  BOOST_TEST(first(test, training) == "test: no image has label 1");
  test = data_of({10, 10, 10}, SeenData::Part::test);
  test.trained = 1;
  BOOST_TEST(first(test, training) == "test: 1 image is a training image, too: its accuracy will be too high");
  test.trained = 0;
  test.seen.highest = 60;
  BOOST_TEST(first(test, training).starts_with("test: values 0 to 60, but those of training 0 to 255"));
}

BOOST_AUTO_TEST_CASE(images_without_anything_on_them_are_refused) {
  auto data = data_of({10, 10});
  BOOST_CHECK_NO_THROW(check_not_blank(data.seen, "x.h5"));
  data.seen.highest = 0;
  BOOST_CHECK_EXCEPTION(check_not_blank(data.seen, "x.h5"), InputError, [](const InputError& error) {
    return std::string(error.what()).starts_with("x.h5: every pixel of all 20 images is 0: if they were scaled");
  });
}
