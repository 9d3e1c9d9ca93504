#include "io/verify.hpp"

#include "base/error.hpp"
#include "io/artefact_store.hpp"
#include "io/checkpoint_store.hpp"
#include "io/clean.hpp"
#include "io/descriptor.hpp"
#include "io/diff.hpp"
#include "io/file_system.hpp"
#include "io/front.hpp"
#include "io/model_file.hpp"
#include "io/pack.hpp"
#include "io/status.hpp"
#include "io/user_block.hpp"
#include "results_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace archipel::io {
namespace {

namespace fs = std::filesystem;

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

/// A finished study: 20 rows on each island, an artefact of row 0, its exported network.
struct Finished {
  mpi::Communicator comm = world();
  SharedFolder folder{comm};
  std::string path = folder / "r.h5";
  ResultsLayout layout = small_layout();
  Digest weights;
  Row winner;

  explicit Finished(std::vector<std::size_t> optimised = {0}) {
    layout.stages[0].optimised = std::move(optimised);
    create_results(path, layout, comm);
    ArtefactStore store(path);
    weights = store.put(bytes_of("weights"));
    make_folder(artefact_folder(path) + "/models");
    write_model(store.model_path("winner-1"), {{"layer", {2}, {1, 2}}}, {});
    write_durably(store.model_path("winner-1").replace(store.model_path("winner-1").size() - 2, 2, "pt"),
                  bytes_of("script"));
    RowWriter search(path, layout, 0, 1000);
    for (std::int32_t island = 0; island < 4; ++island) {
      for (std::int64_t ask = 0; ask < 20; ++ask) {
        auto row = sample_row(layout, 0, {island, ask});
        row.evaluation.weights = {};
        search.row(row, {});
      }
      for (std::int64_t index = 0; index < 3; ++index) search.migration(sample_migration(island, index));
      search.ended(island, {20, 3});
    }
    RowWriter evaluate(path, layout, 1, 1000);
    winner = sample_row(layout, 1, {0, 0});
    winner.evaluation.weights = weights;
    evaluate.row(winner, {});
    evaluate.opening({.model = weights,
                      .origin = {0, 0},
                      .validation = 0.9,
                      .test = 0.8,
                      .samples = 10,
                      .files = checksum_of_model(store.model_path("winner-1"))});
    evaluate.ended(0, {1, 0});
  }

  std::vector<std::string> problems() const { return io::verify(ResultsReader(path)).problems; }
  /// Changes a byte of a data set.
  void damage(const std::string& set, std::int64_t at) const {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto place = verify_metadata(path).extent(set).offset + at;
    file.seekg(place);
    const char byte = char(file.get());
    file.seekp(place).put(char(byte ^ 4));
  }
  std::int64_t row_bytes() const { return std::int64_t(row_record(layout.space, layout.stages[0]).bytes); }
  std::int64_t rows() const { return rows_in_file(layout.stages[0].max_rows, std::size_t(row_bytes()), layout.stripe); }
};

bool names(const std::vector<std::string>& problems, const std::string& text) {
  return problems.size() == 1 && problems[0].find(text) != std::string::npos;
}

BOOST_FIXTURE_TEST_CASE(a_whole_file_holds, Finished) {
  const auto found = io::verify(ResultsReader(path));
  BOOST_TEST(found.problems.empty());
  BOOST_TEST(found.rows == 81);
  BOOST_TEST(found.migrations == 12);
  BOOST_TEST(found.openings == 1);
  BOOST_TEST(found.artefacts == 1);
  BOOST_TEST(found.models == 1);
}

BOOST_FIXTURE_TEST_CASE(what_is_damaged_is_named, Finished) {
  const auto expect = [&](const std::string& set, std::int64_t at, const std::string& text) {
    damage(set, at);
    BOOST_TEST(names(problems(), text), set << " byte " << at);
    damage(set, at);
    BOOST_TEST(problems().empty());
  };
  expect("stages/0-search/rows", (2 * rows() + 7) * row_bytes() + 3, "stage 0-search, island 2, row 7: its checksum");
  expect("stages/0-search/curve", (3 * rows() + 5) * 3 * std::int64_t(sizeof(Epoch)), "island 3, row 5: its checksum");
  expect("stages/0-search/migration", (12 + 2) * 64 + 8, "island 1, migration 2: its checksum");
  expect("stages/0-search/ended", 2 * 24, "island 2, the note of its end: its checksum");
  expect("stages/1-evaluate/openings", 5, "stage 1-evaluate, opening 0: its checksum");
  expect("stages/1-evaluate/rows", 9, "stage 1-evaluate, island 0, row 0: its checksum");
}

BOOST_FIXTURE_TEST_CASE(damage_behind_the_last_migration_or_opening_goes_with_a_resume, Finished) {
  damage("stages/0-search/migration", (12 + 3) * 64 + 8);   // island 1 has three
  BOOST_TEST(names(problems(), "island 1, migration 3: its checksum"));
  RowWriter resumed(path, layout, 0, 1000);
  for (std::int64_t index = 0; index < 3; ++index) resumed.migration(sample_migration(1, index));
  resumed.ended(1, {20, 3});
  resumed.finish();
  BOOST_TEST(problems().empty());
  damage("stages/1-evaluate/openings", 64 + 3);
  BOOST_TEST(names(problems(), "opening 1: its checksum"));
  RowWriter evaluate(path, layout, 1, 1000);
  evaluate.opening(ResultsReader(path).openings(1).at(0));
  BOOST_TEST(problems().empty());
  BOOST_TEST(ResultsReader(path).openings(1).size() == 1u);
}

struct TwoObjectives : Finished {
  TwoObjectives() : Finished({0, 1}) {}
  std::vector<FrontMember> front() const { return front_of(ResultsReader(path), 0).members(); }
};

BOOST_FIXTURE_TEST_CASE(a_front_is_kept_and_held_against_its_rows, TwoObjectives) {
  const auto members = front();
  BOOST_REQUIRE(members.size() >= 3u);
  BOOST_TEST((0 < members[0].hypervolume && members[0].hypervolume < 1));
  BOOST_TEST(names(problems(), "stage 0-search, its front: missing, though the stage ended"));
  BOOST_TEST(
      (status(path).health == Health::resumable));   // what comes between the end and the front is made by a resume

  RowWriter writer(path, layout, 0, 1000);
  const std::vector<FrontMember> too_long(10, members[0]);
  writer.front(too_long);
  BOOST_TEST(names(problems(), "stage 0-search, its front: is not that of its rows"));
  writer.front(members);
  BOOST_TEST((ResultsReader(path).front(0).members == members));
  BOOST_TEST(problems().empty());
  damage("stages/0-search/front", 32 + 8);
  BOOST_TEST(names(problems(), "stage 0-search, candidate 1 of the front: its checksum"));
  writer.front(members);
  BOOST_TEST(problems().empty());
  BOOST_TEST((status(path).stages[0].best->origin == members[0].origin));
  BOOST_TEST(!status(path).stages[0].front_missing);

  const auto packed = folder / "packed.h5";
  pack(path, packed);
  BOOST_TEST((ResultsReader(packed).front(0).members == members));
  BOOST_TEST(io::verify(ResultsReader(packed)).problems.empty());
}

BOOST_FIXTURE_TEST_CASE(a_migration_that_was_zeroed_is_missed, Finished) {
  const auto at = verify_metadata(path).extent("stages/0-search/migration").offset + (12 + 1) * 64;
  Descriptor(path, O_RDWR).write_at(std::vector<std::byte>(64), at);
  BOOST_TEST(names(problems(), "island 1, migration 1: missing, though the island ended"));
}

BOOST_FIXTURE_TEST_CASE(what_is_missing_is_named, Finished) {
  const ArtefactStore store(path);
  fs::resize_file(store.path_of(weights), 3);
  BOOST_TEST(names(problems(), "stage 1-evaluate, island 0, row 0: its artefact " + weights.hex()));
  fs::remove(store.path_of(weights));
  BOOST_TEST(names(problems(), weights.hex()));
  ArtefactStore(path).put(bytes_of("weights"));
  fs::resize_file(store.model_path("winner-1"), 100);
  BOOST_TEST(names(problems(), "final network"));

  const std::vector<std::byte> nothing(std::size_t(row_bytes()), std::byte{0});
  Descriptor(path, O_RDWR)
      .write_at(nothing, verify_metadata(path).extent("stages/0-search/rows").offset + 4 * row_bytes());
  const auto found = problems();
  BOOST_TEST(found.size() == 2u);
  BOOST_TEST(found[0].find("island 0, row 4: missing, though the island ended") != std::string::npos, found[0]);
}

BOOST_FIXTURE_TEST_CASE(a_stopped_file_holds, Finished) {
  const auto stopped = folder / "stopped.h5";
  create_results(stopped, layout, comm);
  RowWriter search(stopped, layout, 0, 1000);
  search.note({1, 4}, {});
  for (std::int64_t ask : {0, 1, 3}) {
    auto row = sample_row(layout, 0, {1, ask});
    row.evaluation.weights = {};
    search.row(row, {});
  }
  const auto found = io::verify(ResultsReader(stopped));
  BOOST_TEST(found.problems.empty());
  BOOST_TEST(found.rows == 3);
  const std::vector<std::byte> bit{std::byte{8}};   // where no row is yet
  Descriptor(stopped, O_RDWR)
      .write_at(bit, verify_metadata(stopped).extent("stages/0-search/rows").offset + (rows() + 30) * row_bytes());
  BOOST_TEST(names(io::verify(ResultsReader(stopped)).problems, "stage 0-search, island 1, row 30"));
}

BOOST_FIXTURE_TEST_CASE(a_packed_copy_is_equal_and_smaller, Finished) {
  const auto packed = folder / "p.h5";
  pack(path, packed);
  BOOST_TEST(fs::file_size(packed) < fs::file_size(path));
  BOOST_TEST(diff(path, packed).same());
  const ResultsReader reader(packed), original(path);
  BOOST_TEST((reader.packed() && !original.packed()));
  const auto found = io::verify(reader);
  BOOST_TEST(found.problems.empty());
  BOOST_TEST(found.rows == 81);
  BOOST_TEST(found.openings == 1);
  BOOST_TEST((reader.row(0, {2, 7})->genome == original.row(0, {2, 7})->genome));
  BOOST_TEST(!reader.row(0, {2, 45}));
  BOOST_TEST(reader.run(0, {2, 7}).attempts == original.run(0, {2, 7}).attempts);
  BOOST_TEST(text_of(status(packed)).find("finished") != std::string::npos);
  BOOST_CHECK_THROW(pack(path, packed), InputError);
  BOOST_CHECK_THROW(pack(packed, folder / "q.h5"), InputError);
  BOOST_CHECK_THROW(RowWriter(packed, layout, 0, 1), SystemError);

  auto bytes = read_file(packed);
  for (std::size_t at = 4096; at < bytes.size(); at += 97) {   // every byte of it counts
    bytes[at] ^= std::byte{1};
    write_durably(packed, bytes);
    try {
      const ResultsReader damaged(packed);
      BOOST_TEST(damaged.changed(), "byte " << at);
      for (const auto& row : damaged.rows(0, 2).rows)
        BOOST_TEST((row.genome == original.row(0, row.origin)->genome), "byte " << at);
    } catch (const SystemError&) {   // nothing of it can be read
    }
    bytes[at] ^= std::byte{1};
  }
  damage("stages/0-search/rows", 3);
  BOOST_CHECK_THROW(pack(path, folder / "q.h5"), InputError);
}

BOOST_FIXTURE_TEST_CASE(clean_finds_what_nothing_reaches_and_no_more, Finished) {
  BOOST_TEST(unreachable(ResultsReader(path)).empty());
  ArtefactStore store(path);
  CheckpointStore checkpoints(path, "numerics");
  std::set<std::string> expected{store.path_of(store.put(bytes_of("orphan")))};
  checkpoints.keep(winner.key, bytes_of("done"));
  expected.insert(checkpoint_folder(path) + "/" + winner.key.hex());
  checkpoints.keep(digest_of("not done"), bytes_of("state"));
  const auto artefacts = artefact_folder(path);
  for (const auto& name : {artefacts + "/" + std::string(32, 'a') + ".partial-host-1-1",
                           artefacts + "/models/winner-1.h5.partial-host-1-2",
                           checkpoint_folder(path) + "/x.partial-host-1-3", path + ".partial-host-1-4"}) {
    write_durably(name, bytes_of("half"));
    expected.insert(name);
  }
  for (const auto& name : {artefacts + "/notes.txt", folder / "other.h5", folder / "other.h5.partial-host-1-5"})
    write_durably(name, bytes_of("a user's"));
  std::set<std::string> found;
  for (const auto& litter : unreachable(ResultsReader(path))) {
    found.insert(litter.path);
    BOOST_TEST(litter.bytes >= 4);
  }
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

}   // namespace
}   // namespace archipel::io
