#include "base/cpu.hpp"
#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace archipel;

BOOST_AUTO_TEST_CASE(native_is_the_best_of_this_processor) {
  const auto native = resolved_isa("native");
  BOOST_TEST((native == "avx512" || native == "avx2" || native == "generic"));
  if (native != "generic") BOOST_TEST(resolved_isa(native) == native);
  if (native == "avx512") BOOST_TEST(resolved_isa("avx2") == "avx2");
}

BOOST_AUTO_TEST_CASE(what_a_processor_does_not_have_is_refused) {
  for (const std::string isa : {"avx2", "avx512", "avx512_bf16"}) {
    if (has_isa(isa)) BOOST_TEST(resolved_isa(isa) == isa);
    else BOOST_CHECK_THROW(resolved_isa(isa), InputError);
  }
  if (has_isa("avx512_bf16")) BOOST_TEST(has_isa("avx512"));
}

BOOST_AUTO_TEST_CASE(an_unknown_instruction_set_is_a_mistake_of_the_user) {
  for (const auto* isa : {"", "sse2", "AVX2"}) BOOST_CHECK_THROW(resolved_isa(isa), InputError);
}

BOOST_AUTO_TEST_CASE(kernels_get_one_thread_and_one_instruction_set) {
  const auto variables = pinned_environment("native");
  const auto value = [&](const std::string& name) {
    const auto found = std::ranges::find(variables, name, &std::pair<std::string, std::string>::first);
    return found == variables.end() ? std::string("absent") : found->second;
  };
  for (const auto* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"})
    BOOST_TEST(value(name) == "1");
  if (resolved_isa("native") != "generic") BOOST_TEST(value("ATEN_CPU_CAPABILITY") == resolved_isa("native"));
}
