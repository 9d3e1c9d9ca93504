#include "io/artefact_store.hpp"

#include "base/error.hpp"
#include "io/descriptor.hpp"
#include "io/file_system.hpp"
#include "io/model_file.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

using namespace archipel;
using namespace archipel::io;
namespace fs = std::filesystem;

namespace {

std::vector<std::byte> random_bytes(std::size_t count) {
  static std::mt19937_64 draws(4);
  std::vector<std::byte> bytes(count);
  for (auto& byte : bytes) byte = std::byte(draws());
  return bytes;
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}   // namespace

BOOST_FIXTURE_TEST_CASE(what_was_put_is_got, TemporaryFolder) {
  ArtefactStore store(path + "/results.h5");
  for (const std::size_t count : {0, 1, 1000, 100'000}) {
    const auto bytes = random_bytes(count);
    const auto digest = store.put(bytes);
    BOOST_TEST((digest == digest_of(bytes)));
    BOOST_TEST((store.put(bytes) == digest));
    BOOST_TEST((ArtefactStore(path + "/results.h5").get(digest) == bytes));
    BOOST_TEST(fs::exists(path + "/results.artefacts/" + digest.hex()));
  }
  BOOST_TEST(std::distance(fs::directory_iterator(path + "/results.artefacts"), {}) == 4);   // no temporary is left
}

BOOST_FIXTURE_TEST_CASE(absent_and_damaged_artefacts_are_errors, TemporaryFolder) {
  ArtefactStore store(path + "/results.h5");
  BOOST_CHECK_THROW(store.get({1, 2}), SystemError);
  const auto bytes = random_bytes(1000);
  const auto digest = store.put(bytes);
  const auto file = path + "/results.artefacts/" + digest.hex();
  fs::resize_file(file, 999);
  BOOST_CHECK_THROW(store.get(digest), SystemError);
  store.put(bytes);   // mends it
  BOOST_TEST((store.get(digest) == bytes));
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(17).put('\x55').put('\x66');
  BOOST_CHECK_THROW(store.get(digest), SystemError);
}

BOOST_FIXTURE_TEST_CASE(a_store_that_cannot_be_made_is_an_error, TemporaryFolder) {
  std::ofstream(path + "/results.artefacts") << "a file";
  ArtefactStore store(path + "/results.h5");
  BOOST_CHECK_THROW(store.put(random_bytes(3)), SystemError);
  BOOST_CHECK_THROW(ArtefactStore("/proc/results.h5").put(random_bytes(3)), SystemError);
}

BOOST_FIXTURE_TEST_CASE(equal_models_have_equal_bytes, TemporaryFolder) {
  const std::vector<NamedTensor> tensors{
      {"stem.weight", {2, 3}, {1, 2, 3, 4, 5, 6}}, {"scale", {}, {0.5}}, {"none", {0, 4}, {}}};
  const ArtefactStore store(path + "/results.h5");
  const auto first = store.model_path("first"), second = store.model_path("second");
  BOOST_TEST(first == path + "/results.artefacts/models/first.h5");
  make_folder(path + "/results.artefacts/models");
  write_model(first, tensors, {{"genome", "a"}, {"note", ""}});
  write_model(second, tensors, {{"genome", "a"}, {"note", ""}});
  BOOST_TEST((content(first) == content(second)));
  BOOST_TEST(content(first).size() > 100u);
  BOOST_CHECK_THROW(write_model(first, {{"bad", {2}, {1, 2, 3}}}, {}), SystemError);
  BOOST_TEST((content(first) == content(second)));   // the earlier one stands
  BOOST_CHECK_THROW(write_model(path + "/absent/model.h5", tensors, {}), SystemError);
  BOOST_TEST(std::distance(fs::directory_iterator(path + "/results.artefacts/models"), {}) == 2);
}
