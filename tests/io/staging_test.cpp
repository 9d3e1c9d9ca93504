#include "io/staging.hpp"

#include "shard_files.hpp"
#include "temporary_folder.hpp"

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <optional>

using namespace archipel;
using namespace archipel::io;
namespace fs = std::filesystem;

namespace {

struct Fixture : TemporaryFolder {
  Shards shards;
  std::vector<Digest> digests;
  std::string stage = path + "/node/scratch";
  Fixture() {
    std::vector<std::string> paths;
    for (int i = 0; i < 3; ++i) {
      paths.push_back(path + "/part" + std::to_string(i) + ".h5");
      ShardFile(paths.back()).images({100, 20, 20}, random_bytes(40'000, std::uint64_t(i)));
    }
    shards = find_shards(paths);
    const ShardReader reader(shards);
    for (std::size_t i = 0; i < 3; ++i) digests.push_back(reader.digest_of(i));
  }
  std::int64_t size() const { return shards.files[0].size + shards.files[1].size + shards.files[2].size; }
};

int files_in(const std::string& folder) {
  return fs::exists(folder) ? int(std::distance(fs::directory_iterator(folder), fs::directory_iterator())) : -1;
}

}   // namespace

BOOST_FIXTURE_TEST_CASE(copies_are_read_and_vanish, Fixture) {
  std::optional<StagedShards> staged(std::in_place, shards, digests, stage);
  BOOST_TEST(staged->bytes() == size());
  BOOST_TEST(staged->found() == 0);
  BOOST_TEST(files_in(stage) == 3);
  const ShardReader reader(staged->shards());
  for (const auto& file : staged->shards().files) BOOST_TEST(file.path.starts_with(stage));
  staged.reset();
  BOOST_TEST(!fs::exists(stage));
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST((reader.digest_of(i) == digests[i]));
}

BOOST_FIXTURE_TEST_CASE(what_is_there_and_right_is_taken_and_stays, Fixture) {
  fs::create_directories(stage);
  fs::copy_file(shards.files[0].path, stage + "/part0.h5");
  fs::copy_file(shards.files[0].path, stage + "/part1.h5");   // of the right size, but another content
  ShardFile(stage + "/part2.h5").images({10, 20, 20}, random_bytes(4'000, 2));
  {
    const StagedShards staged(shards, digests, stage);
    BOOST_TEST(staged.found() == 1);
    BOOST_TEST(staged.bytes() == shards.files[1].size + shards.files[2].size);
    const ShardReader reader(staged.shards());
    for (std::size_t i = 0; i < 3; ++i) BOOST_TEST((reader.digest_of(i) == digests[i]));
  }
  BOOST_TEST(files_in(stage) == 3);
}

BOOST_FIXTURE_TEST_CASE(two_that_stage_at_once_do_not_disturb_each_other, Fixture) {
  std::optional<StagedShards> first(std::in_place, shards, digests, stage),
      second(std::in_place, shards, digests, stage);
  BOOST_TEST(files_in(stage) == 6);
  const ShardReader reader(second->shards());
  first.reset();
  BOOST_TEST(files_in(stage) == 3);
  second.reset();
  BOOST_TEST((reader.digest_of(2) == digests[2]));
}

BOOST_FIXTURE_TEST_CASE(without_room_nothing_is_left, Fixture) {
  rlimit before{}, small{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  small = before;
  small.rlim_cur = 10'000;
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::string message;
  try {
    const StagedShards staged(shards, digests, stage);
  } catch (const SystemError& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  BOOST_TEST(message.find("run.stage_directory: pwrite(" + stage + "/part0.h5.partial-") == 0u, message);
  BOOST_TEST(message.find("the shards take " + std::to_string(size()) + " bytes there") != std::string::npos, message);
  BOOST_TEST(!fs::exists(stage));
  BOOST_CHECK_THROW(StagedShards(shards, digests, "/proc/stage"), SystemError);
}

BOOST_FIXTURE_TEST_CASE(a_source_that_changed_is_found, Fixture) {
  std::swap(digests[0], digests[1]);
  BOOST_CHECK_THROW(StagedShards(shards, digests, stage), SystemError);
  BOOST_TEST(!fs::exists(stage));
}
