#include "train/numerics.hpp"
#include "base/cpu.hpp"
#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>

using namespace archipel;
using namespace archipel::train;

BOOST_AUTO_TEST_CASE(canary_is_repeatable) {
  prepare_process();
  const auto first = canary();
  BOOST_TEST(bool(first));
  BOOST_TEST((first == canary()));
  prepare_process();   // may be called again
  BOOST_TEST((first == canary()));
}

BOOST_AUTO_TEST_CASE(text_names_library_and_threads) {
  prepare_process();
  const auto text = numerics_text();
  for (const char* part : {"libtorch: ", "capability", "threads: 1"})
    BOOST_TEST(text.find(part) != std::string::npos, text);
}

// Debian's LibTorch by itself takes whichever libblas.so.3 there is.
BOOST_AUTO_TEST_CASE(the_blas_is_the_one_that_was_linked) {
  const std::filesystem::path linked = ARCHIPEL_BLAS;   // empty: LibTorch brings its own
  const auto text = numerics_text();
  const auto wanted = "\nblas: " + (linked.empty() ? "" : canonical(linked).filename().string() + ", OpenBLAS ");
  BOOST_TEST(text.find(wanted) != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(environment_is_pinned_to_what_the_cpu_has) {
  const auto list = pinned_environment("native");
  const std::map<std::string, std::string> variables(list.begin(), list.end());
  BOOST_TEST(variables.at("OMP_NUM_THREADS") == "1");
  const auto isa = resolved_isa("native");
  BOOST_TEST((isa == "avx512" || isa == "avx2" || isa == "generic"));
  if (isa != "generic") {
    BOOST_TEST((pinned_environment(isa) == list));
    BOOST_TEST(variables.at("ATEN_CPU_CAPABILITY") == isa);
    BOOST_TEST(resolved_isa("avx2") == "avx2");
  }
  for (const char* wrong : {"", "sse2", "AVX2", "avx1024"}) BOOST_CHECK_THROW(pinned_environment(wrong), InputError);
  if (isa != "avx512") BOOST_CHECK_THROW(pinned_environment("avx512"), InputError);
}
