#include "base/error.hpp"
#include "io/diff.hpp"
#include "io/results_reader.hpp"
#include "io/status.hpp"
#include "io/user_block.hpp"
#include "results_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <functional>
#include <iterator>
#include <random>

using namespace archipel;
using namespace archipel::io;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t rows = 40;

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
}

/// What reading everything tells: "" if nothing is wrong.
std::string damage_of(const std::string& path) {
  try {
    const ResultsReader reader(path);
    std::string damage = reader.changed() ? "changed metadata " : "";
    for (std::size_t stage = 0; stage < reader.stage_count(); ++stage) {
      for (std::int32_t island = 0; island < std::int32_t(reader.layout().stages[stage].islands); ++island) {
        const auto found = reader.rows(stage, island);
        const auto expected = stage == 0 ? std::size_t(rows) : 1u;
        if (!found.broken.empty()) damage += "broken row ";
        if (found.rows.size() < expected) damage += "missing row ";
        const auto migrations = reader.migrations(stage, island);
        if (!migrations.broken.empty()) damage += "broken migration ";
        if (stage == 0 && migrations.migrations.size() != 3) damage += "migration ";
        if (!reader.ended(stage, island)) damage += "end ";
        for (const auto& row : found.rows) reader.run(stage, row.origin);
      }
      if (reader.openings(stage).size() != stage) damage += "opening ";
    }
    return damage;
  } catch (const SystemError& error) {
    return error.what();
  } catch (const InputError& error) {
    return error.what();
  }
}

}   // namespace

BOOST_AUTO_TEST_CASE(a_flipped_byte_is_noticed_or_harmless) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5", copy = folder / "copy.h5";
  const auto layout = small_layout();
  create_results(path, layout, comm);
  write_sample(path, layout, rows);
  BOOST_TEST(damage_of(path) == "");
  const auto whole = content(path);
  const auto block = verify_metadata(path);
  const auto in_extent = [&](std::size_t at) -> const Extent* {
    for (const auto& extent : block.extents) {
      if (std::int64_t(at) >= extent.offset && std::int64_t(at) < extent.offset + extent.bytes) return &extent;
    }
    return nullptr;
  };
  std::vector<std::size_t> metadata, raw;
  for (std::size_t at = 0; at < whole.size(); ++at) (in_extent(at) ? raw : metadata).push_back(at);

  std::mt19937_64 draws(11);
  for (int round = 0; round < 200; ++round) {
    const bool in_metadata = round % 2 == 0;
    const auto& places = in_metadata ? metadata : raw;
    const auto at = places[draws() % places.size()];
    auto damaged = whole;
    damaged[at] = char(damaged[at] ^ char(1 + draws() % 255));
    write(copy, damaged);
    const auto found = damage_of(copy);
    if (round % 10 < 2) try {
        text_of(status(copy));
      } catch (const InputError&) {   // the first block is no results file's any more
      }
    if (in_metadata) {
      BOOST_TEST(found != "", "metadata byte " << at);
      BOOST_CHECK_THROW(verify_metadata(copy), std::runtime_error);
    } else if (found.empty()) {   // nothing that was written is covered by it
      const auto& name = in_extent(at)->name;
      const bool unwritten = whole[at] == 0;
      BOOST_TEST((unwritten || name.ends_with("/run")), name << " byte " << at);
      BOOST_TEST(diff(path, copy).same(), name << " byte " << at);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_written_byte_of_a_row_counts) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5";
  const auto layout = small_layout();
  create_results(path, layout, comm);
  write_sample(path, layout, rows);
  const auto block = verify_metadata(path);
  const auto record = std::int64_t(row_record(layout.space, layout.stages[0]).bytes);
  const auto& extent = block.extent("stages/0-search/rows");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (std::int64_t i = 0; i < record; ++i) {
    const auto at = extent.offset + 17 * record + i;   // island 0, ask 17
    file.seekg(at);
    const char kept = char(file.get());
    file.seekp(at).put(char(kept ^ 0x10)).flush();
    BOOST_TEST(!ResultsReader(path).row(0, {0, 17}), "byte " << i);
    file.seekp(at).put(kept).flush();
  }
  BOOST_TEST(ResultsReader(path).row(0, {0, 17}).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_results_file_says_so) {
  const auto comm = world();
  const SharedFolder folder(comm);
  const auto path = folder / "results.h5", other = folder / "other.h5";
  const auto layout = small_layout();
  create_results(path, layout, comm);
  write_sample(path, layout, rows);
  const auto whole = content(path);
  const auto expect = [&](const std::string& file, const std::string& mentions) {
    const auto found = damage_of(file);
    BOOST_TEST(found.find(file) != std::string::npos, found);
    BOOST_TEST(found.find(mentions) != std::string::npos, found);
    BOOST_CHECK_THROW(verify_metadata(file), std::runtime_error);
  };
  expect(folder / "absent.h5", "no such");
  expect(folder / "", "not a file");
  write(other, "");
  expect(other, "is empty");
  write(other, "\x89HDF\r\n\x1a\n and more");
  expect(other, "not an archipel results file");
  write(other, whole.substr(0, 60));
  expect(other, "truncated");
  write(other, whole + "x");   // another program added something
  BOOST_TEST(damage_of(other) == "changed metadata ");
  BOOST_CHECK_THROW(verify_metadata(other), SystemError);
  auto changed = whole;
  changed[33] = 9;   // schema version, with a digest that does not fit
  write(other, changed);
  expect(other, "damaged");

  std::mt19937_64 draws(12);
  for (int round = 0; round < 40; ++round) {
    write(other, whole.substr(0, draws() % whole.size()));
    BOOST_CHECK_THROW(verify_metadata(other), std::runtime_error);
    std::string garbage(draws() % 20'000, '\0');
    for (auto& byte : garbage) byte = char(draws());
    write(other, garbage);
    BOOST_CHECK_THROW(verify_metadata(other), std::runtime_error);
    auto torn = whole;   // a run of bytes replaced, the head kept
    const auto from = 32 + draws() % (8000 - 32);
    for (std::size_t i = from; i < from + 64; ++i) torn[i] = char(draws());
    write(other, torn);
    BOOST_CHECK_THROW(verify_metadata(other), std::runtime_error);
  }
}
