#include "io/results_file.hpp"

#include "base/error.hpp"
#include "io/results_reader.hpp"
#include "io/status.hpp"
#include "results_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>

using namespace archipel;
using namespace archipel::io;
namespace fs = std::filesystem;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class Error>
void expect_everywhere(const mpi::Communicator& comm, const std::string& path, const ResultsLayout& layout,
                       const std::string& mentions) {
  BOOST_CHECK_EXCEPTION(create_results(path, layout, comm), Error, [&](const Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).find(path) != std::string::npos &&
           std::string(error.what()).find(mentions) != std::string::npos;
  });
}

std::int64_t entries(const std::string& folder) { return std::distance(fs::directory_iterator(folder), {}); }

}   // namespace

BOOST_AUTO_TEST_CASE(the_file_is_the_same_whatever_the_number_of_ranks) {
  const auto comm = world();
  const SharedFolder folder(comm);
  auto layout = small_layout();
  layout.provenance[0].second = "rank " + std::to_string(comm.rank());   // that of rank 0 is taken
  if (comm.rank() == 0) {
    fs::create_directory(folder / "one");
    fs::create_directory(folder / "all");
    create_results(folder / "one/results.h5", layout, alone());
  }
  mpi::barrier(comm);
  create_results(folder / "all/results.h5", layout, comm);
  BOOST_TEST((content(folder / "one/results.h5") == content(folder / "all/results.h5")));
  BOOST_TEST(entries(folder / "all") == 1);   // no temporary is left

  const auto block = verify_metadata(folder / "all/results.h5");
  BOOST_TEST(block.extents.size() == 5u + 4u);
  for (const auto& extent : block.extents) {
    if (extent.name.ends_with("/rows")) BOOST_TEST(extent.offset % layout.stripe == 0, extent.name);
  }
}

BOOST_AUTO_TEST_CASE(a_layout_comes_back) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto layout = small_layout();
  create_results(folder / "results.h5", layout, comm);
  const ResultsReader reader(folder / "results.h5");
  const auto& back = reader.layout();
  BOOST_TEST(back.study_text == layout.study_text);
  BOOST_TEST(back.effective_text == layout.effective_text);
  BOOST_TEST(back.seed == layout.seed);
  BOOST_TEST((back.space.genes() == layout.space.genes()));
  BOOST_TEST(back.stripe == layout.stripe);
  auto provenance = layout.provenance;
  std::ranges::sort(provenance);   // HDF5 lists by name
  BOOST_TEST((back.provenance == provenance));
  BOOST_TEST((back.models == layout.models));
  BOOST_REQUIRE(back.stages.size() == 2u);
  const auto &stage = back.stages[0], &made = layout.stages[0];
  BOOST_TEST(stage.kind == "search");
  BOOST_TEST(stage.islands == made.islands);
  BOOST_TEST(stage.max_rows == made.max_rows);
  BOOST_TEST(stage.max_migrations == made.max_migrations);
  BOOST_TEST(stage.curve_points == made.curve_points);
  BOOST_TEST(stage.objectives.size() == 2u);
  BOOST_TEST(stage.objectives[1].name == "complexity");
  BOOST_TEST(stage.objectives[1].unit == "bit");
  BOOST_TEST(!stage.objectives[1].maximise);
  BOOST_TEST((stage.reported == made.reported));
  BOOST_TEST(stage.cost_unit == "s");
  BOOST_TEST(stage.units_per_cost == 1000);
  BOOST_TEST(stage.window == 8);
}

BOOST_AUTO_TEST_CASE(a_cell_and_long_texts_come_back) {
  const auto comm = world();
  const SharedFolder folder(comm);
  Study study;
  auto layout = small_layout();
  layout.space = make_space(study);
  layout.study_text = std::string(300'000, 'x');
  layout.provenance.emplace_back("long", std::string(100'000, 'y'));
  for (int i = 0; i < 30; ++i) layout.provenance.emplace_back("p" + std::to_string(i), "value");
  layout.stripe = 65536;
  create_results(folder / "results", layout, comm);
  const ResultsReader reader(folder / "results");
  BOOST_TEST((reader.layout().space.genes() == layout.space.genes()));
  BOOST_TEST((reader.layout().space.cell() == layout.space.cell()));
  BOOST_TEST(reader.layout().study_text == layout.study_text);
  BOOST_TEST(reader.layout().provenance.size() == layout.provenance.size());
  for (const auto& extent : verify_metadata(folder / "results").extents) {
    if (extent.name.ends_with("/rows")) BOOST_TEST(extent.offset % layout.stripe == 0, extent.name);
  }
}

BOOST_AUTO_TEST_CASE(every_rank_writes_and_all_is_read_back) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  const auto layout = small_layout();
  create_results(path, layout, comm);
  constexpr std::int64_t rows = 50;
  {
    RowWriter writer(path, layout, 0, 0.001);
    for (std::int32_t island = 0; island < 4; ++island) {
      for (std::int64_t ask = 0; ask < rows; ++ask) {
        if (ask % comm.size() == comm.rank())
          writer.row(sample_row(layout, 0, {island, ask}), {.seconds = 0.25, .rank = comm.rank()});
      }
      if (island % comm.size() != comm.rank()) continue;
      for (std::int64_t index = 0; index < 12; ++index) writer.migration(sample_migration(island, index));
    }
    writer.finish();
    mpi::barrier(comm);
    if (comm.rank() == 0) writer.ended(2, {rows, 12});
  }
  mpi::barrier(comm);
  const ResultsReader reader(path);
  for (std::int32_t island = 0; island < 4; ++island) {
    const auto found = reader.rows(0, island);
    BOOST_TEST(found.broken.empty());
    BOOST_REQUIRE(found.rows.size() == std::size_t(rows));
    for (std::int64_t ask = 0; ask < rows; ++ask) {
      const auto wanted = sample_row(layout, 0, {island, ask});
      const auto& row = found.rows[std::size_t(ask)];
      BOOST_TEST((row.origin == wanted.origin && row.genome == wanted.genome && row.key == wanted.key &&
                  row.cost == wanted.cost));
      BOOST_TEST((row.evaluation.objectives == wanted.evaluation.objectives));
      BOOST_TEST(row.evaluation.curve.size() == wanted.evaluation.curve.size());
      BOOST_TEST(reader.run(0, row.origin).rank == int(ask % comm.size()));
      BOOST_TEST(reader.run(0, row.origin).attempts == 1);
    }
    const auto runs = reader.runs(0, island, 1, std::size_t(rows) - 1);
    for (std::int64_t ask = 1; ask < rows; ++ask) BOOST_TEST(runs[std::size_t(ask) - 1].rank == int(ask % comm.size()));
    BOOST_TEST(reader.row(0, {island, 7})->key.low == sample_row(layout, 0, {island, 7}).key.low);
    const auto migrations = reader.migrations(0, island).migrations;
    BOOST_REQUIRE(migrations.size() == 12u);
    BOOST_TEST(migrations[5].told == sample_migration(island, 5).told);
    BOOST_TEST((reader.ended(0, island) == (island == 2 ? std::optional(IslandEnd{rows, 12}) : std::nullopt)));
  }
  BOOST_TEST(reader.rows(1, 0).rows.empty());
  BOOST_TEST(!reader.row(0, {0, rows}));
  BOOST_TEST(!reader.row(0, {9, 0}));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_made_is_one_error_on_every_rank) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  const auto layout = small_layout();
  create_results(path, layout, comm);
  const auto before = content(path);
  mpi::barrier(comm);
  expect_everywhere<InputError>(comm, path, layout, "--results");
  BOOST_TEST((content(path) == before));
  mpi::barrier(comm);
  expect_everywhere<InputError>(comm, folder / "absent/results.h5", layout, "does not exist");
  expect_everywhere<InputError>(comm, "/proc/results.h5", layout, "cannot be written");
  expect_everywhere<InputError>(comm, folder / "results.h5/inside.h5", layout, "does not exist");
  auto bad = layout;
  bad.stripe = 5000;
  BOOST_CHECK_THROW(create_results(folder / "bad.h5", bad, comm), InputError);
  bad = layout;
  bad.stages[0].max_rows = std::int64_t{1} << 62;
  BOOST_CHECK_THROW(create_results(folder / "bad.h5", bad, comm), InputError);
  mpi::barrier(comm);
  if (comm.rank() == 0) fs::create_symlink("nowhere", folder / "link.h5");
  mpi::barrier(comm);
  expect_everywhere<InputError>(comm, folder / "link.h5", layout, "is a symbolic link to nowhere");
  mpi::barrier(comm);
  if (comm.rank() == 0) BOOST_TEST(entries(folder / "") == 2);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_one_error_on_every_rank) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  auto layout = small_layout();
  layout.stages[0].max_rows = 100'000;
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const auto kept = limit;
  for (const auto& [bytes, call] : {std::pair(100'000, "pwrite"), std::pair(1'100'000, "truncate")}) {
    limit.rlim_cur = rlim_t(bytes);
    for (const bool everywhere : {false, true}) {
      if (everywhere || comm.rank() == 0) BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
      expect_everywhere<SystemError>(comm, path, layout, call);
      BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &kept) == 0);
      if (comm.rank() == 0) BOOST_TEST(entries(folder / "") == 0);
      mpi::barrier(comm);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_huge_file_is_made_at_once_and_is_sparse) {
  const auto comm = world();
  const SharedFolder folder(comm);
  auto layout = small_layout();
  layout.stages[0].islands = 1000;
  layout.stages[0].max_rows = 1'000'000;
  create_results(folder / "huge.h5", layout, comm);
  const ResultsReader reader(folder / "huge.h5");
  BOOST_TEST(fs::file_size(folder / "huge.h5") > std::uintmax_t{200'000'000'000});
  BOOST_TEST(reader.bytes_on_disk() < 1'000'000);
  BOOST_TEST(reader.rows(0, 999).rows.empty());
}
