#pragma once

#include "train/convolution.hpp"

#include <boost/test/unit_test.hpp>

namespace archipel::train {

/// Decorator of tests: they are skipped, and Boost.Test says so, where the CPU does not multiply in bfloat16.
inline const auto if_bfloat16 = boost::unit_test::precondition([](boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(multiplies_bfloat16());
  result.message() << "this CPU does not multiply in bfloat16";
  return result;
});

}   // namespace archipel::train
