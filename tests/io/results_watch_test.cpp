#include "io/results_watch.hpp"

#include "base/error.hpp"
#include "io/results_reader.hpp"
#include "results_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

using namespace archipel;
using namespace archipel::io;
namespace fs = std::filesystem;

namespace {

/// A file with ten rows, of a writer that goes on after `meanwhile`; what its next sync says.
struct Case {
  mpi::Communicator comm = world();
  SharedFolder folder{comm};
  std::string path = folder / "results.h5", other = folder / "other.h5", saved = folder / "results.rescued.h5";
  ResultsLayout layout = small_layout();

  std::string said(const std::function<void()>& meanwhile) {
    create_results(path, layout, comm);
    RowWriter writer(path, layout, 0, 1000);
    for (std::int64_t ask = 0; ask < 10; ++ask) writer.row(sample_row(layout, 0, {1, ask}), {});
    writer.finish();
    meanwhile();
    writer.row(sample_row(layout, 0, {1, 10}), {});
    try {
      writer.finish();
    } catch (const SystemError& error) {
      return error.what();
    }
    return "";
  }
  std::size_t rows_in(const std::string& file) const { return ResultsReader(file).rows(0, 1).rows.size(); }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}   // namespace

// h5py and pandas lock what they read.
BOOST_FIXTURE_TEST_CASE(somebody_who_reads_the_lost_file_is_not_taken_for_a_rank_that_saves_it, Case) {
  std::thread reader;
  const auto text = said([&] {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    BOOST_TEST_REQUIRE(::flock(file, LOCK_SH) == 0);
    fs::remove(path);
    reader = std::thread([file] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      ::close(file);
    });
  });
  reader.join();
  BOOST_TEST(has(text, "all rows of this run are saved in " + saved), text);
  BOOST_TEST(rows_in(saved) == 11u);
}

BOOST_FIXTURE_TEST_CASE(rows_of_a_file_that_was_replaced_are_saved, Case) {
  const auto text = said([&] {
    fs::copy_file(path, other);
    fs::rename(other, path);
  });
  BOOST_TEST(has(text, path + ": another file took its place"), text);
  BOOST_TEST(has(text, "mv " + saved + " " + path), text);
  BOOST_TEST(rows_in(path) == 10u);
  BOOST_TEST(rows_in(saved) == 11u);
  BOOST_TEST(!ResultsReader(saved).changed());
  BOOST_CHECK_THROW(require_nothing_saved_beside(path), InputError);
  fs::rename(saved, path);
  require_nothing_saved_beside(path);
}

BOOST_FIXTURE_TEST_CASE(rows_of_a_file_that_was_removed_are_saved_beside_what_is_there, Case) {
  std::ofstream(saved) << "an earlier one";
  const auto text = said([&] { fs::remove(path); });
  const auto second = folder / "results.rescued-2.h5";
  BOOST_TEST(has(text, path + ": was removed"), text);
  BOOST_TEST(has(text, second), text);
  BOOST_TEST(rows_in(second) == 11u);
  BOOST_TEST(fs::file_size(saved) == 14u);
  BOOST_TEST(std::distance(fs::directory_iterator(folder / ""), {}) == 2);
}

BOOST_FIXTURE_TEST_CASE(a_rank_that_notices_late_saves_nothing_again, Case) {
  const auto text =
      said([&] { fs::rename(path, saved), fs::copy_file(saved, other), fs::remove(saved), fs::rename(other, saved); });
  BOOST_TEST(has(text, path + ": was removed while the study ran; another rank of this run saved its rows"), text);
  BOOST_TEST(std::distance(fs::directory_iterator(folder / ""), {}) == 1);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_was_moved_is_named, Case) {
  const auto text = said([&] { fs::rename(path, other); });
  BOOST_TEST(has(text, path + ": was moved to " + other), text);
  BOOST_TEST(rows_in(other) == 11u);
  BOOST_TEST(!fs::exists(saved));
}

BOOST_FIXTURE_TEST_CASE(a_name_that_ends_with_the_program_is_none, Case) {
  const auto text = said([&] { fs::rename(path, folder / ".nfs0000000000a1b2c300000001"); });
  BOOST_TEST(has(text, path + ": was removed"), text);
  BOOST_TEST(rows_in(saved) == 11u);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_was_written_by_others_is_noticed, Case) {
  BOOST_TEST(has(said([&] { fs::resize_file(path, 0); }), "another program wrote into it"));
}

BOOST_FIXTURE_TEST_CASE(a_file_with_the_first_block_of_another_is_noticed, Case) {
  auto unlike = layout;
  unlike.effective_text += "name = \"another\"\n";
  create_results(other, unlike, comm);
  BOOST_TEST(
      has(said([&] { fs::copy_file(other, path, fs::copy_options::overwrite_existing); }), "that of another file"));
}

BOOST_FIXTURE_TEST_CASE(another_name_and_a_longer_file_are_no_loss, Case) {
  const auto text = said([&] {
    fs::create_hard_link(path, other);
    std::ofstream(path, std::ios::app) << "a note";
  });
  BOOST_TEST(text == "");
}
