#include "synthetic.hpp"

#include "base/error.hpp"
#include "train/latency.hpp"

#include <boost/test/unit_test.hpp>

using namespace archipel;
using namespace archipel::train;

namespace {

LatencySettings every_kind() {
  LatencySettings settings{.batch = 2, .operations = {}};
  for (const char* name : {"stem", "conv1x1", "conv3x3", "conv5x5", "depthwise3x3", "depthwise5x5", "maxpool",
                           "avgpool", "sum", "classifier"})
    settings.operations.push_back({name, 1, 2, 3});
  return settings;
}

std::string refusal(LatencySettings settings, const char* without, const Space& space) {
  std::erase_if(settings.operations, [&](const auto& operation) { return operation.name == without; });
  try {
    check_latency(settings, space);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}   // namespace

BOOST_AUTO_TEST_CASE(latency_is_the_sum_over_layers) {
  // stem 1 -> 2 channels on 4 x 4, max pooling to 2 x 2, classifier of 3.
  const auto network =
      network_of({.operations = {"identity"}, .inputs = {{0}, {1}}, .widths = {2}, .cells = {1}}, 1, 4, 4, 3);
  const double layers = 3, macs = 2 * (9 * 2 * 16 + 9 * 8 + 2 * 3), values = 2 * (16 + 32 + 32 + 8 + 8 + 3);
  BOOST_TEST(LatencyModel(every_kind()).microseconds(network) == layers + 1e-3 * (2 * macs + 3 * values),
             boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_calibration_must_know_what_the_space_can_hold) {
  Study study;
  study.space.operations = {"conv3x3", "sep5x5"};
  study.space.reductions = {"avgpool"};
  const Space space = make_space(study);
  for (const char* needed : {"stem", "conv1x1", "conv3x3", "depthwise5x5", "maxpool", "avgpool", "sum", "classifier"})
    BOOST_TEST(refusal(every_kind(), needed, space).find("\"" + std::string(needed) + "\"") != std::string::npos,
               needed);
  for (const char* unused : {"conv5x5", "depthwise3x3", "none"}) BOOST_TEST(refusal(every_kind(), unused, space) == "");
}
