#include "app/test_files.hpp"

#include "io/artefact_store.hpp"
#include "io/model_file.hpp"
#include "io/results_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <limits>

using namespace archipel;
using namespace archipel::app;

namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

const Facts first{{"data.test_images", "a"}, {"data.test_labels", "b"}, {"data.train", "t"}};
const Facts mended{{"data.train", "t"}, {"data.test_labels", "c"}, {"data.test_images", "a"}};

struct Made {
  mpi::Communicator comm = io::world();
  io::SharedFolder folder{comm};
  std::string path = folder / "results.h5";
  io::ResultsLayout layout = io::small_layout();

  Made() {
    layout.provenance = first;
    io::create_results(path, layout, comm);
  }
  void opened(double test, std::uint32_t files) const {
    io::RowWriter(path, layout, 1, 1000)
        .opening({.model = {1, 2}, .origin = {0, 0}, .validation = 0.9, .test = test, .samples = 0, .files = files});
  }
  TestFiles with(const Facts& here) const { return test_files_of(io::ResultsReader(path), here); }
};

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

}   // namespace

BOOST_FIXTURE_TEST_CASE(test_files_may_be_mended_until_a_network_has_seen_them, Made) {
  BOOST_TEST(!with(first).mended);
  BOOST_TEST(with(mended).mended);
  BOOST_TEST(with(mended).problem.empty());
}

BOOST_FIXTURE_TEST_CASE(a_look_that_was_begun_counts_for_the_files_of_then, Made) {
  opened(unknown, mark_of_test(mended));
  BOOST_TEST(with(mended).problem.empty());
  BOOST_TEST(with(first).problem.starts_with(path + ": its test set was opened, and the test files are others by now"));
}

BOOST_FIXTURE_TEST_CASE(the_final_network_tells_what_it_was_tested_on, Made) {
  opened(0.8, 5);
  BOOST_TEST(with(first).problem.empty());   // without one, the score that is made again does
  BOOST_TEST(with(mended).problem.empty());
  const auto model = io::ArtefactStore(path).model_path(io::model_name(1));
  std::filesystem::create_directories(std::filesystem::path(model).parent_path());
  io::write_model(model, {}, mended);
  BOOST_TEST(with(mended).problem.empty());
  BOOST_TEST(!with(first).problem.empty());
}

BOOST_AUTO_TEST_CASE(the_mark_is_of_the_test_files_alone_in_any_order) {
  auto other = first;
  std::swap(other[0], other[2]);
  other[0].second = "another";   // the training data
  BOOST_TEST(mark_of_test(other) == mark_of_test(first));
  BOOST_TEST(mark_of_test(mended) != mark_of_test(first));
  BOOST_TEST(mark_of_test({}) != 0u);
}
