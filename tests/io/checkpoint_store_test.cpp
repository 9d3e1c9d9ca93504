#include "io/checkpoint_store.hpp"

#include "base/random.hpp"
#include "io/descriptor.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace archipel;
using namespace archipel::io;

namespace {

std::vector<std::byte> noise(std::size_t size, std::uint32_t number) {
  Stream draws(1, Purpose::canary, 0, number, 0);
  std::vector<std::byte> bytes(size);
  for (auto& byte : bytes) byte = std::byte(draws.below(256));
  return bytes;
}

struct Fixture {
  TemporaryFolder folder;
  std::string results = folder.path + "/r.h5";
  Digest key = digest_of("an evaluation");
  std::string file = checkpoint_folder(results) + "/" + key.hex();
};

}   // namespace

BOOST_FIXTURE_TEST_CASE(the_last_state_is_found_by_another_process_until_it_is_dropped, Fixture) {
  CheckpointStore store(results, "numerics");
  BOOST_TEST((!store.find(key) && !store.has(key)));
  store.drop(key);
  for (const std::size_t size : {0, 1, 100'000}) {
    store.keep(key, noise(size, 1));
    store.keep(key, noise(size, 2));
    BOOST_TEST(store.has(key));
    CheckpointStore other(results, "numerics");
    BOOST_TEST(!other.has(key));
    BOOST_TEST((other.find(key) == noise(size, 2)));
    BOOST_TEST(other.has(key));
  }
  BOOST_TEST((!store.find(digest_of("another"))));
  store.drop(key);
  BOOST_TEST((!std::filesystem::exists(file) && !store.has(key) && !store.find(key)));
  store.keep(key, noise(10, 3));
  store.clear();
  BOOST_TEST((!std::filesystem::exists(checkpoint_folder(results)) && !store.find(key)));
  store.clear();
}

BOOST_FIXTURE_TEST_CASE(a_state_of_other_numerics_or_another_evaluation_is_not_found, Fixture) {
  CheckpointStore(results, "avx512").keep(key, noise(100, 1));
  BOOST_TEST(!CheckpointStore(results, "avx2").find(key));
  const auto other = digest_of("another");
  std::filesystem::copy_file(file, checkpoint_folder(results) + "/" + other.hex());
  BOOST_TEST(!CheckpointStore(results, "avx512").find(other));
}

BOOST_FIXTURE_TEST_CASE(a_damaged_state_is_not_found, Fixture) {
  CheckpointStore store(results, "numerics");
  store.keep(key, noise(100, 1));
  const auto whole = read_file(file);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto damaged = whole;
    damaged[at] ^= std::byte(1 << (at % 8));
    write_durably(file, damaged);
    BOOST_TEST(!store.find(key));
    write_durably(file, std::span(whole).first(at));
    BOOST_TEST(!store.find(key));
  }
  write_durably(file, whole);
  BOOST_TEST((store.find(key) == noise(100, 1)));
}
