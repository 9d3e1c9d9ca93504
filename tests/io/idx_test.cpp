#include "io/idx.hpp"

#include "base/error.hpp"
#include "base/random.hpp"

#include <zlib.h>
#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <numeric>

using namespace archipel;
using namespace archipel::io;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("archipel_idx_" + std::to_string(getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }

  std::string write(const std::string& bytes) const {
    const auto file = (path / "data").string();
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  std::string write_gz(const std::string& bytes) const {
    const auto file = (path / "data.gz").string();
    gzFile out = gzopen(file.c_str(), "wb");
    gzwrite(out, bytes.data(), unsigned(bytes.size()));
    gzclose(out);
    return file;
  }
};

std::string header(std::vector<int> shape, char type = 8) {
  std::string bytes{0, 0, type, char(shape.size())};
  for (const int extent : shape)
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(char(extent >> shift & 255));
  return bytes;
}

std::string noise(std::size_t count, std::uint64_t seed) {
  Stream draws(seed, Purpose::canary, 0, 0, 0);
  std::string bytes(count, 0);
  for (auto& byte : bytes) byte = char(draws.below(256));
  return bytes;
}

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::uint8_t> read_all(const std::string& path, int rank) {
  const auto found = read_idx_header(path, rank);
  std::vector<std::uint8_t> body(found.values());
  read_idx(path, found, body);
  return body;
}

/// The message names the file and contains `what`.
void check_fails(const std::string& path, int rank, const std::string& what) {
  try {
    read_all(path, rank);
    BOOST_ERROR("read " << path << " although: " << what);
  } catch (const InputError& error) {
    BOOST_TEST(std::string(error.what()).find(path) != std::string::npos);
    BOOST_TEST(std::string(error.what()).find(what) != std::string::npos, error.what());
  }
}

}   // namespace

BOOST_FIXTURE_TEST_CASE(plain_and_compressed_files_give_their_values, Folder) {
  const auto body = noise(5 * 4 * 3, 1);
  for (const auto& file : {write(header({5, 4, 3}) + body), write_gz(header({5, 4, 3}) + body)}) {
    BOOST_TEST((read_idx_header(file, 3).shape == std::vector<int>{5, 4, 3}));
    const auto values = read_all(file, 3);
    BOOST_TEST(std::string(values.begin(), values.end()) == body);
  }
}

BOOST_FIXTURE_TEST_CASE(wrong_files_are_refused_by_name, Folder) {
  check_fails((path / "missing").string(), 3, "cannot be opened");
  check_fails(path.string(), 3, "cannot be");
  check_fails(write(""), 3, "too short");
  check_fails(write("PNG not idx"), 3, "not an IDX file");
  check_fails(write(header({5, 4, 3}, 0x0d) + noise(60, 1)), 3,
              "type code 13 (float32): allowed 8 (unsigned bytes); pixels from 0 to 1 must be multiplied by 255");
  check_fails(write(header({5}, 0x0c)), 1, "type code 12 (int32): allowed 8 (unsigned bytes)");
  check_fails(write(header({5, 4, 3, 3})), 3, "has 4 dimensions: expected 3 (count, height, width); images of several");
  check_fails(write(header({5, 4, 3}) + noise(60, 1)), 1, "has 3 dimensions: expected 1");
  check_fails(write(header({5, 0, 3})), 3, "dimension 1");
  check_fails(write(header({-1, 4, 3})), 3, "dimension 0");
  check_fails(write(header({0x7fffffff, 0x7fffffff, 0x7fffffff})), 3, "dimension");
  check_fails(write(header({5, 4, 3}).substr(0, 9)), 3, "ends within its header");
  check_fails(write(header({5, 4, 3}) + noise(59, 1)), 3, "truncated: 59 of 60");
  check_fails(write(header({5, 4, 3}) + noise(61, 1)), 3, "more than the 60 values");
  check_fails(write_gz(header({5, 4, 3}) + noise(61, 1)), 3, "more than the 60 values");
}

BOOST_FIXTURE_TEST_CASE(no_truncation_or_garbage_passes, Folder) {
  const auto whole = header({20, 5, 5}) + noise(500, 3), packed = slurp(write_gz(whole));
  Stream draws(9, Purpose::canary, 0, 0, 0);
  for (int trial = 0; trial < 60; ++trial) {
    BOOST_CHECK_THROW(read_all(write(whole.substr(0, draws.below(std::uint32_t(whole.size())))), 3), InputError);
    BOOST_CHECK_THROW(read_all(write(packed.substr(0, 1 + draws.below(std::uint32_t(packed.size() - 1)))), 3),
                      InputError);
    auto damaged = packed;
    const auto place =
        10 +
        draws.below(std::uint32_t(packed.size() - 10));   // behind the header of gzip, whose fields may be anything
    damaged[place] = char(damaged[place] ^ (1 << draws.below(8)));
    BOOST_CHECK_THROW(read_all(write(damaged), 3), InputError);
    BOOST_CHECK_THROW(read_all(write(noise(draws.below(300), trial + 100)), 3), InputError);
  }
}

BOOST_AUTO_TEST_CASE(labels_out_of_range_are_named) {
  const std::vector<std::uint8_t> labels{0, 9, 3, 10};
  std::vector<std::int64_t> trained(11, 5);
  BOOST_CHECK_NO_THROW(check_labels("labels", labels, trained));
  trained.pop_back();
  BOOST_CHECK_EXCEPTION(check_labels("labels", labels, trained), InputError, [](const InputError& error) {
    return std::string(error.what()) == "labels: label 10 of image 3: allowed 0 to 9, which training images have";
  });
  trained[0] = 0;   // labels from 1 on
  BOOST_CHECK_EXCEPTION(check_labels("labels", labels, trained), InputError, [](const InputError& error) {
    return std::string(error.what()) == "labels: label 0 of image 0: allowed 1 to 9, which training images have";
  });
}

BOOST_AUTO_TEST_CASE(labels_that_no_class_before_explains_are_named) {
  const std::vector<std::uint8_t> from_0{2, 0, 1, 2}, from_1{2, 1, 3, 3}, stray{0, 1, 200, 2, 255};
  BOOST_CHECK_NO_THROW(check_classes("labels", from_0));
  BOOST_CHECK_NO_THROW(check_classes("labels", from_1));
  BOOST_CHECK_EXCEPTION(check_classes("labels", stray), InputError, [](const InputError& error) {
    return std::string(error.what()) == "labels: label 200 of image 2: allowed 0 to 2, because no image has label 3";
  });
  const std::vector<std::uint8_t> equal(7, 1);
  BOOST_CHECK_EXCEPTION(check_classes("labels", equal), InputError, [](const InputError& error) {
    return std::string(error.what()) ==
           "labels: all 7 labels are 1: there is nothing to tell apart; allowed are labels of at least two classes, 0 "
           "and 1";
  });
  std::vector<std::uint8_t> all(256);
  std::iota(all.begin(), all.end(), std::uint8_t{0});
  BOOST_CHECK_NO_THROW(check_classes("labels", all));
}

BOOST_FIXTURE_TEST_CASE(the_digest_is_of_the_values_and_needs_all_of_them, Folder) {
  const auto whole = header({20, 5, 5}) + noise(500, 3);
  const auto digest = [](const std::string& file) { return digest_of_idx(file, read_idx_header(file, 3)); };
  const auto wanted = digest(write(whole));
  BOOST_CHECK_THROW(digest(write(whole + "x")), InputError);
  BOOST_CHECK_THROW(digest(write(whole.substr(0, 400))), InputError);
  BOOST_CHECK_THROW(digest(write_gz(whole + "x")), InputError);
  BOOST_CHECK_THROW(digest(write_gz(whole.substr(0, 400))), InputError);
  const auto packed = slurp(write_gz(whole));
  BOOST_CHECK_THROW(digest(write(packed.substr(0, packed.size() / 2))), InputError);
  BOOST_CHECK((digest(write(packed)) == wanted));
  BOOST_CHECK((digest(write(slurp(write_gz(whole.substr(0, 100))) + slurp(write_gz(whole.substr(100))))) == wanted));
  BOOST_CHECK((digest(write(header({20, 25, 1}) + whole.substr(16))) != wanted));
  auto other = whole;
  other[300] ^= 1;
  BOOST_CHECK((digest(write(other)) != wanted));
  const auto large = header({30, 1000, 1000}) + noise(30'000'000, 4);   // more than a study file may have
  BOOST_CHECK((digest(write_gz(large)) == digest(write(large))));
}
