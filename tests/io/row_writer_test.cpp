#include "io/row_writer.hpp"

#include "base/error.hpp"
#include "io/in_flight.hpp"
#include "io/results_reader.hpp"
#include "io/user_block.hpp"
#include "results_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>

using namespace archipel;
using namespace archipel::io;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_CASE(a_killed_writer_leaves_every_row_that_it_finished) {
  const auto comm = world();
  const SharedFolder folder(comm);
  auto layout = small_layout();
  layout.stages[0].max_rows = 200'000;
  for (int round = 0; round < 5; ++round) {
    const auto path = folder / ("killed-" + std::to_string(round) + ".h5");
    create_results(path, layout, comm);
    int pipe_ends[2];
    BOOST_REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {   // writes rows and tells of each
      ::close(pipe_ends[0]);
      RowWriter writer(path, layout, 0, 0.01);
      for (std::int64_t ask = 0; ask < layout.stages[0].max_rows; ++ask) {
        writer.row(sample_row(layout, 0, {1, ask}), {});
        if (::write(pipe_ends[1], &ask, sizeof ask) != sizeof ask) break;
      }
      ::_exit(1);
    }
    ::close(pipe_ends[1]);
    std::int64_t told = -1;
    const std::int64_t enough = 100 + 700 * round;
    while (told < enough && ::read(pipe_ends[0], &told, sizeof told) == sizeof told) {
    }
    ::kill(child, SIGKILL);
    while (::read(pipe_ends[0], &told, sizeof told) == sizeof told) {   // what it told of before it died
    }
    ::close(pipe_ends[0]);
    int state = 0;
    ::waitpid(child, &state, 0);
    BOOST_REQUIRE((WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL));

    const auto found = ResultsReader(path).rows(0, 1);
    BOOST_TEST(std::int64_t(found.rows.size()) > told);
    BOOST_TEST(std::int64_t(found.rows.size()) <= told + 3);
    BOOST_TEST(found.broken.size() <= 1);
    for (std::size_t i = 0; i < found.rows.size(); ++i) {
      const auto wanted = sample_row(layout, 0, {1, std::int64_t(i)});
      BOOST_REQUIRE((found.rows[i].origin == wanted.origin && found.rows[i].key == wanted.key &&
                     found.rows[i].genome == wanted.genome));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_was_in_flight_at_a_death_is_on_the_file) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  const auto layout = small_layout();
  create_results(path, layout, comm);
  const pid_t child = ::fork();
  if (child == 0) {   // finishes ask 0, fails once at ask 1, and dies in ask 2 and the second attempt at ask 1
    RowWriter writer(path, layout, 0, 1000);
    writer.note({2, 0}, {.begun = 1e9, .rank = 5});
    writer.row(sample_row(layout, 0, {2, 0}), {.begun = 1e9, .seconds = 0.5, .rank = 5});
    writer.note({2, 1}, {.begun = 1e9 + 1, .rank = 5});
    writer.note({2, 2}, {.begun = 1e9 + 2, .rank = 5});
    writer.note({2, 1}, {.begun = 1e9 + 3, .rank = 6, .attempts = 2, .failures = 1});
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  const ResultsReader reader(path);
  BOOST_TEST(reader.rows(0, 2).rows.size() == 1u);
  BOOST_TEST(reader.rows(0, 2).broken.empty());
  const auto done = reader.run(0, {2, 0}), again = reader.run(0, {2, 1}), first = reader.run(0, {2, 2});
  BOOST_TEST((done.begun == 1e9 && done.seconds == 0.5 && done.attempts == 1 && done.failures == 0));
  BOOST_TEST((again.begun == 1e9 + 3 && again.seconds == 0 && again.rank == 6));
  BOOST_TEST((again.attempts == 2 && again.failures == 1));
  BOOST_TEST((first.attempts == 1 && first.failures == 0 && first.rank == 5));
  for (const Origin untouched : {Origin{2, 3}, Origin{1, 0}, Origin{3, 49}})
    BOOST_TEST((reader.run(0, untouched).attempts == 0 && reader.run(0, untouched).begun == 0));
  RowWriter writer(path, layout, 0, 0);   // syncs every start
  BOOST_CHECK_NO_THROW(writer.note({3, 49}, {}));
  BOOST_CHECK_THROW(writer.note({4, 0}, {}), SystemError);
  BOOST_CHECK_THROW(writer.note({0, 100'000}, {}), SystemError);
}

BOOST_AUTO_TEST_CASE(the_past_counts_only_deaths_that_the_candidate_may_have_caused) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  const auto layout = small_layout();
  create_results(path, layout, comm);
  const auto dies_in = [&](std::int64_t ask, RunInfo run, bool warned) {
    const pid_t child = ::fork();
    if (child == 0) {
      RowWriter writer(path, layout, 0, 1000);
      writer.note({1, ask}, run);
      if (warned) in_flight::write();   // as a handler of SIGTERM does
      ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
  };
  dies_in(0, {}, false);
  dies_in(0, {.attempts = 2}, false);
  dies_in(1, {}, true);
  dies_in(1, {.attempts = 2, .failures = 1}, false);
  dies_in(2, {}, false);
  dies_in(3, {.failures = 1}, true);   // between two attempts
  {
    RowWriter writer(path, layout, 0, 1000);
    BOOST_TEST(!writer.past({1, 0}).row);
    BOOST_TEST(writer.past({1, 0}).run.attempts == 0);   // does not go on
    writer.row(sample_row(layout, 0, {1, 2}), {.attempts = 2});
    in_flight::write();   // nothing is
  }
  RowWriter writer(path, layout, 0, 1000);
  writer.go_on(nullptr);
  BOOST_TEST(writer.past({1, 0}).deaths() == 2);
  BOOST_TEST(writer.past({1, 1}).deaths() == 1);
  BOOST_TEST(writer.past({1, 2}).deaths() == 0);
  BOOST_TEST(bool(writer.past({1, 2}).row));
  BOOST_TEST(writer.past({1, 3}).deaths() == 0);
  BOOST_TEST(writer.past({1, 4}).deaths() == 0);

  const auto size = RowCodec(layout.space, layout.stages[0], 0).row_bytes();
  const auto rows = rows_in_file(layout.stages[0].max_rows, size, layout.stripe);
  Descriptor file(path, O_RDWR);
  file.write_at(std::as_bytes(std::span("?", 1)),
                verify_metadata(path).extent("stages/0-search/rows").offset + (rows + 2) * std::int64_t(size) + 20);
  BOOST_TEST(!writer.past({1, 2}).row);   // does not hold: evaluated again, and nobody died of it
  BOOST_TEST(writer.past({1, 2}).deaths() == 0);
  BOOST_TEST(writer.past({1, 2}).run.attempts == 2);
}

BOOST_AUTO_TEST_CASE(a_file_is_read_while_it_is_written) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  auto layout = small_layout();
  layout.stages[0].max_rows = 1'000'000;
  create_results(path, layout, comm);
  const pid_t child = ::fork();
  if (child == 0) {
    RowWriter writer(path, layout, 0, 1000);
    for (std::int64_t ask = 0;; ++ask) writer.row(sample_row(layout, 0, {0, ask % 20'000}), {});
  }
  const ResultsReader reader(path);
  std::size_t before = 0;
  for (int look = 0; look < 20; ++look) {
    ::usleep(5000);
    const auto found = reader.rows(0, 0);
    BOOST_TEST(found.broken.empty());
    BOOST_TEST(found.rows.size() >= before);
    before = found.rows.size();
  }
  BOOST_TEST(before > 100u);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

BOOST_AUTO_TEST_CASE(what_has_no_room_is_refused) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  const auto layout = small_layout();
  create_results(path, layout, comm);
  RowWriter search(path, layout, 0, 1), evaluate(path, layout, 1, 1);
  BOOST_CHECK_THROW(search.row(sample_row(layout, 0, {4, 0}), {}), SystemError);
  BOOST_CHECK_THROW(search.row(sample_row(layout, 0, {0, 100'000}), {}), SystemError);
  BOOST_CHECK_THROW(search.row(sample_row(layout, 0, {-1, 0}), {}), SystemError);
  BOOST_CHECK_THROW(search.migration(sample_migration(0, 12)), SystemError);
  BOOST_CHECK_THROW(search.opening({}), SystemError);
  BOOST_CHECK_THROW(search.ended(4, {1, 0}), SystemError);
  BOOST_CHECK_THROW(evaluate.migration(sample_migration(0, 0)), SystemError);
  for (std::uint64_t model = 1; model <= std::uint64_t(max_openings); ++model) {
    evaluate.opening({.model = {model, 0}, .test = 0.5});
    evaluate.opening({.model = {1, 0}, .test = 0.25});   // a repeat takes its own slot
  }
  BOOST_CHECK_THROW(evaluate.opening({.model = {99, 0}}), SystemError);
  const auto openings = ResultsReader(path).openings(1);
  BOOST_REQUIRE(openings.size() == std::size_t(max_openings));
  BOOST_TEST(openings[0].test == 0.25);
  BOOST_TEST(openings[7].test == 0.5);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_study_is_refused) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  auto layout = small_layout();
  create_results(path, layout, comm);
  layout.stages[0].max_rows = 5000;
  BOOST_CHECK_THROW(RowWriter(path, layout, 0, 1), SystemError);
  layout.stages[0].kind = "tune";
  BOOST_CHECK_THROW(RowWriter(path, layout, 0, 1), SystemError);
  BOOST_CHECK_THROW(RowWriter(folder / "absent.h5", layout, 0, 1), SystemError);
}

BOOST_AUTO_TEST_CASE(a_write_that_fails_names_call_and_file) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  const auto layout = small_layout();
  create_results(path, layout, comm);
  RowWriter writer(path, layout, 0, 1000);
  writer.row(sample_row(layout, 0, {0, 0}), {});
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const auto kept = limit;
  limit.rlim_cur = 8192;
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  BOOST_CHECK_EXCEPTION(writer.row(sample_row(layout, 0, {0, 1}), {}), SystemError, [&](const SystemError& error) {
    return std::string(error.what()).find("pwrite(" + path + ")") != std::string::npos;
  });
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &kept) == 0);
  writer.row(sample_row(layout, 0, {0, 1}), {});
  BOOST_TEST(ResultsReader(path).rows(0, 0).rows.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_row_takes_microseconds) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  std::vector<Gene> genes;
  for (int i = 0; i < 20; ++i)
    genes.push_back({.name = "x" + std::to_string(i), .kind = GeneKind::real, .choices = {}, .when = {}});
  auto layout = small_layout();
  layout.space = Space(genes);
  layout.stages[0].max_rows = 300'000;
  for (const int points : {0, 3}) {
    layout.stages[0].curve_points = points;
    const auto file = path + std::to_string(points);
    create_results(file, layout, comm);
    RowWriter writer(file, layout, 0, 1000);
    auto row = sample_row(layout, 0, {0, 0});
    constexpr std::int64_t rows = 100'000;
    const auto start = std::chrono::steady_clock::now();
    for (row.origin.ask = 0; row.origin.ask < rows; ++row.origin.ask) writer.row(row, {});
    const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
    std::cout << "row with 20 genes and " << points << " curve points: " << spent.count() / double(rows) << " us\n";
    BOOST_TEST(spent.count() / double(rows) < 100);   // loose: machines that run tests are busy
    const auto begin = std::chrono::steady_clock::now();
    BOOST_TEST(ResultsReader(file).rows(0, 0).rows.size() == std::size_t(rows));
    const std::chrono::duration<double, std::micro> reading = std::chrono::steady_clock::now() - begin;
    std::cout << "read back: " << reading.count() / double(rows) << " us a row\n";
  }
}
